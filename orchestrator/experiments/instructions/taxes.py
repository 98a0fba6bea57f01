"""Framework taxes and server taxes by user-space instructions, from the counts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.experiments.instructions.record import InstructionsRecord
from orchestrator.experiments.instructions.rows import means_of_seeds
from orchestrator.report.column import whole
from orchestrator.report.table import Table
from orchestrator.report.tax_tables import Unit, framework_table, server_table
from orchestrator.report.taxed import (
    FrameworkRow,
    ServerRow,
    bases_among,
    for_programs,
    framework_rows,
    server_rows,
    servers_among,
)
from orchestrator.stats.taxes import Values

UNIT = Unit(title="Instructions/request", show=whole, pairs="Seeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A service whose instructions were counted (`model.bases.Serving`)."""

    service: str
    name: str
    framework: str
    server: str
    interface: str
    base: str


def has_bases(record: InstructionsRecord) -> bool:
    """Whether the instructions of a base were to be counted: else there are no framework taxes."""
    return bases_among(_parts(record))


def has_servers(record: InstructionsRecord) -> bool:
    """Whether an application took part on several servers: else there are no server taxes."""
    return servers_among(_parts(record))


def has_taxes(record: InstructionsRecord) -> bool:
    """Whether there are taxes of any kind."""
    return has_bases(record) or has_servers(record)


def frameworks(record: InstructionsRecord) -> tuple[FrameworkRow, ...]:
    """What each framework costs, the least first; counts are paired by their hash seed."""
    return framework_rows(_parts(record), _counts(record))


def servers(record: InstructionsRecord) -> tuple[ServerRow, ...]:
    """What the servers of each application cost."""
    return server_rows(_parts(record), _counts(record))


def tax_tables(record: InstructionsRecord) -> tuple[Table, ...]:
    """Framework taxes and server taxes, without a table that has no row."""
    workload = record.settings.workload
    found = (
        framework_table(frameworks(record), UNIT, workload),
        server_table(servers(record), UNIT, workload),
    )
    return tuple(table for table in found if table.rows)


def members(record: InstructionsRecord, service: str) -> dict[str, Any]:
    """Both taxes of a service as members of its row; nothing if there are no taxes."""
    if not has_taxes(record):
        return {}
    return for_programs(service, frameworks(record), servers(record))


def _parts(record: InstructionsRecord) -> tuple[Counted, ...]:
    return tuple(
        Counted(
            service=one.service,
            name=one.name,
            framework=one.framework,
            server=one.server,
            interface=one.interface,
            base=one.base_service,
        )
        for one in record.services
    )


def _counts(record: InstructionsRecord) -> Mapping[str, Values]:
    known = {one.service: means_of_seeds(one) for one in record.services}
    return {service: values for service, values in known.items() if values}
