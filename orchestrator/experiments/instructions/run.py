"""The loop: each service's containers, one hash seed after the other; each count is saved."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.cpu_cost import cpu_us
from orchestrator.bench.instructions import counted
from orchestrator.errors import EnvironmentMissing, TrialFailed, unforeseen
from orchestrator.experiments.instructions.plan import InstructionsPlan
from orchestrator.experiments.instructions.record import (
    InstructionsRecord,
    SeedCount,
    ServiceCounts,
)
from orchestrator.model.bases import base_of
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import TrialPhase
from orchestrator.model.variant import Variant

Steps = Generator[InstructionsRecord, None, None]
"""The record, yielded again whenever it has grown."""


def run(plan: InstructionsPlan, record: InstructionsRecord, bench: Bench) -> Steps:
    """Count the instructions of each of the plan's services; yields the record after each count.

    Raises:
        EnvironmentMissing: the engine does not answer any more.
    """
    record = replace(record, by=bench.engine.counts_by())
    yield record
    for trial in plan.trials:
        earlier = record.services
        with closing(_service(plan, trial, record.by or CountedBy.CALLGRIND, bench)) as found:
            for service in found:
                record = replace(record, services=(*earlier, service))
                yield record


def _service(
    plan: InstructionsPlan, trial: PlannedTrial, by: CountedBy, bench: Bench
) -> Generator[ServiceCounts, None, None]:
    """A service's counts, yielded again whenever there is one more, or the reason of a failure."""
    manifest, settings = trial.entry.manifest, plan.settings
    found = ServiceCounts(
        service=manifest.id,
        name=manifest.name,
        framework=manifest.framework,
        server=manifest.server,
        interface=manifest.interface,
        base_service=base_of(manifest, [one.entry.manifest for one in plan.trials]) or "",
    )
    where = f"[{trial.order}/{len(plan.trials)}] {manifest.name}"
    phase = TrialPhase.BUILD
    try:
        images = bench.images_of(trial.entry)
        if isinstance(images, TrialFailed):
            raise images
        found = replace(found, base=images[0].base)
        subject = _countable(trial, by, bench)
        phase = TrialPhase.LOAD
        for seed in range(settings.seeds):
            for _ in range(settings.repeats):
                begin = bench.clock.monotonic()
                count = counted(subject, bench.engine, by, seed, settings.requests)
                one = SeedCount(
                    seed=seed,
                    instructions_per_request=count.instructions_per_request,
                    wall_s=bench.clock.monotonic() - begin,
                )
                found = replace(found, counts=(*found.counts, one), note=count.note)
                bench.progress.note(
                    f"{where}, hash seed {seed}: {one.instructions_per_request:,.0f} instructions "
                    f"for a request ({one.wall_s:.1f} s)"
                )
                yield found
        slices = cpu_us(trial, plan.loading, bench)
        yield replace(found, cpu_us_per_request=slices)
    except EnvironmentMissing:  # no other service could be measured either
        raise
    except Exception as error:  # noqa: BLE001 - an error in one service must not end the run
        failure = error if isinstance(error, TrialFailed) else unforeseen(error)
        reason = f"{phase}: {failure.reason}"
        bench.progress.note(f"{where}: failed in {reason}")
        yield replace(found, reason=reason, log_tail=failure.log_tail or None)


def _countable(trial: PlannedTrial, by: CountedBy, bench: Bench) -> PlannedTrial:
    """The trial with an image whose instructions can be counted."""
    if by is not CountedBy.CALLGRIND:
        return trial
    service = trial.entry.manifest.id
    bench.progress.note(f"adding valgrind to the image of {service}")
    made = bench.engine.build_variant(Variant(service=service, valgrind=True))
    container = replace(trial.entry.container, image=made.name)
    return replace(trial, entry=replace(trial.entry, container=container))
