"""Where the CPU time of a request goes, as tables."""

from __future__ import annotations

from orchestrator.experiments.cost.parts import TimeParts, time_parts
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.taxes import has_bases
from orchestrator.report.column import Column, framework, three_digits
from orchestrator.report.table import Table, make_table


def time_tables(record: CostRecord) -> tuple[Table, ...]:
    """The parts of each service's time, workload by workload; none if no base took part."""
    if not has_bases(record):
        return ()
    parts = time_parts(record)
    workloads = dict.fromkeys(one.workload for one in parts)
    return tuple(
        make_table(
            name=f"time-{workload}",
            title=f"{workload}: where the CPU time of a request goes",
            columns=_columns(record),
            rows=[one for one in parts if one.workload == workload],
        )
        for workload in workloads
    )


def _columns(record: CostRecord) -> tuple[Column[TimeParts], ...]:
    return (
        framework(lambda one: record.part(one.service).name),
        Column("kernel", "Kernel's share", _share, wide=True),
        Column("kernel_us", "Kernel, µs", lambda one: one.kernel_us, show=three_digits),
        Column("server_us", "Server, µs", lambda one: one.server_us, show=three_digits),
        Column("handler_us", "Handler, µs", lambda one: one.handler_us, show=three_digits),
        Column("framework_us", "Framework, µs", lambda one: one.framework_us, show=three_digits),
        Column("together_us", "Not told apart, µs", lambda one: one.together_us, show=three_digits),
    )


def _share(one: TimeParts) -> str | None:
    known = one.kernel
    if known is None:
        return None
    if known.reach is None:
        return f"{known.value:.0%}"
    return f"{known.value:.0%} ± {known.reach:.0%}"
