"""A cost table's loop: verify everything once, then launch until the budget is used up."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.verify import check as keeps_contract
from orchestrator.bench.verify import probed
from orchestrator.errors import EnvironmentMissing, TrialFailed, unforeseen
from orchestrator.experiments.cost.launches import launches
from orchestrator.experiments.cost.plan import CostPlan
from orchestrator.experiments.cost.record import CostRecord, Part
from orchestrator.experiments.cost.rows import cost_rows, why
from orchestrator.experiments.cost.without import without
from orchestrator.model.entry import Entry
from orchestrator.model.together import LOAD, LeftOut
from orchestrator.model.trial import TrialPhase


class _Out(Exception):
    """A service cannot take part; carries why."""

    def __init__(self, left_out: LeftOut) -> None:
        super().__init__(left_out.reason)
        self.left_out = left_out


def run(plan: CostPlan, record: CostRecord, bench: Bench) -> Generator[CostRecord, None, None]:
    """Measure; yield the record whenever it has grown, with the rows that follow from it."""
    yield record
    for known in _steps(plan, record, bench):
        yield replace(known, rows=cost_rows(known))
        if known.failure is not None:
            bench.progress.note(f"{known.failure.service} {why(known.failure)}")


def _steps(plan: CostPlan, record: CostRecord, bench: Bench) -> Iterator[CostRecord]:
    for entry in plan.entries:
        name = entry.manifest.id
        bench.progress.note(f"verifying {name}")
        try:
            part = _verified(plan, entry, record.part(name), bench)
            parts = tuple(part if one.service == name else one for one in record.parts)
            record = replace(record, parts=parts)
        except _Out as out:
            bench.progress.note(f"{name} {why(out.left_out)}")
            record = without(record, out.left_out)
        yield record
        if record.failure is not None:
            return
    try:
        with _failing(LOAD, TrialPhase.LOAD):
            for known in launches(plan, record, bench):
                record = known
                yield record
    except _Out as out:
        yield replace(record, failure=out.left_out)


def _verified(plan: CostPlan, entry: Entry, part: Part, bench: Bench) -> Part:
    """Start a service once, and compare its answers with the contract; return what it is."""
    name = entry.manifest.id
    with _failing(name, TrialPhase.BUILD):
        images = bench.images_of(entry)
        if isinstance(images, TrialFailed):
            raise images
    with _failing(name, TrialPhase.START):
        if entry.companions:
            raise TrialFailed("lab cost cannot measure a service that needs companions")
        with bench.engine.start(entry.container) as server:
            probes = [(trial, probed(server, trial)) for trial in plan.trials_of(entry)]
            with _failing(name, TrialPhase.VERIFY):
                for trial, probe in probes:
                    keeps_contract(probe, server, trial)
    probe = probes[0][1]
    versions = {name: one.version for name, one in sorted(probe.distributions.items())}
    return replace(
        part,
        image=images[0].id,
        base_image=images[0].base,
        python=probe.python,
        versions=versions,
    )


@contextmanager
def _failing(service: str, phase: TrialPhase) -> Iterator[None]:
    """Turn an error of the block into the reason for which a service is left out."""
    try:
        yield
    except (_Out, EnvironmentMissing):
        raise
    except Exception as error:
        cause = error if isinstance(error, TrialFailed) else unforeseen(error)
        raise _Out(
            LeftOut(
                service=service,
                phase=phase,
                reason=cause.reason,
                log_tail=cause.log_tail or None,
            )
        ) from error
