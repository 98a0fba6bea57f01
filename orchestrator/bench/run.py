"""The loop over all trials: build first, then measure one at a time, saving after each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from orchestrator.bench.trial import Trial, planned_record
from orchestrator.errors import TrialFailed
from orchestrator.model.record import Outcome, RunRecord, TrialRecord
from orchestrator.model.settings import Plan, PlannedTrial
from orchestrator.ports import Clock, Engine, Image, LoadGenerator, Progress, ResultStore

Builds = Mapping[str, Image | TrialFailed]


def build_all(plan: Plan, engine: Engine, progress: Progress) -> dict[str, Image | TrialFailed]:
    """Build every service's image before anything is measured; a failure is kept, not raised."""
    builds: dict[str, Image | TrialFailed] = {}
    for trial in plan.trials:
        service = trial.entry.manifest.id
        if service in builds:
            continue
        progress.note(f"image of {service}")
        try:
            builds[service] = engine.build(service)
        except TrialFailed as failure:
            progress.note(f"{service} could not be built: {failure.reason}")
            builds[service] = failure
    return builds


def run_all(
    plan: Plan,
    record: RunRecord,
    builds: Builds,
    engine: Engine,
    generator: LoadGenerator,
    store: ResultStore,
    clock: Clock,
    progress: Progress,
    final_host: Callable[[RunRecord], RunRecord],
) -> RunRecord:
    """Measure every planned trial that ``record`` does not hold as measured yet.

    The record is saved before the first trial, after each, and when a person interrupts: trials
    that did not run then stand in it as skipped.

    Args:
        final_host: adds to the record what is known of the host only at the end.
    """
    begin = clock.monotonic()
    done = {trial.key: trial for trial in record.trials if trial.outcome is Outcome.MEASURED}

    def saved(trials: dict[tuple[str, str, int], TrialRecord], **fields: object) -> RunRecord:
        rows = tuple(
            trials.get(trial.key) or planned_record(trial, Outcome.SKIPPED, reason="not run yet")
            for trial in plan.trials
        )
        new = replace(
            record,
            trials=rows,
            wall_s=clock.monotonic() - begin + (record.wall_s or 0),
            **fields,  # type: ignore[arg-type]
        )
        store.save(new)
        return new

    interrupted = False
    try:
        for trial in plan.trials:
            if trial.key in done:
                continue
            saved(done)
            progress.trial_begins(trial)
            done[trial.key] = _one(plan, trial, builds, engine, generator, store, clock, progress)
            progress.trial_ends(done[trial.key])
    except KeyboardInterrupt:
        interrupted = True
        progress.note("interrupted: what was measured is saved; go on with --resume latest")
    final = final_host(saved(done, finished_at=clock.utc(), interrupted=interrupted))
    store.save(final)
    progress.run_ends(final)
    return final


def _one(
    plan: Plan,
    trial: PlannedTrial,
    builds: Builds,
    engine: Engine,
    generator: LoadGenerator,
    store: ResultStore,
    clock: Clock,
    progress: Progress,
) -> TrialRecord:
    build = builds[trial.entry.manifest.id]
    if isinstance(build, TrialFailed):
        return planned_record(
            trial,
            Outcome.FAILED,
            phase=build.phase,
            reason=build.reason,
            log_tail=build.log_tail or None,
            started_at=clock.utc(),
        )
    return Trial(plan, trial, engine, generator, store, clock).run(build, progress)
