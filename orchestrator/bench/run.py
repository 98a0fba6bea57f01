"""The loop over all trials: build first, then measure one at a time, saving after each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from orchestrator.bench.trial import Trial, planned_record
from orchestrator.errors import TrialFailed
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Plan, PlannedTrial
from orchestrator.model.trial import Outcome, TrialRecord
from orchestrator.ports import Clock, Engine, Image, LoadGenerator, Progress, ResultStore

Builds = Mapping[str, Image | TrialFailed]


def build_all(plan: Plan, engine: Engine, progress: Progress) -> dict[str, Image | TrialFailed]:
    """Build every service's image before anything is measured; a failure is kept, not raised."""
    builds: dict[str, Image | TrialFailed] = {}
    for trial in plan.trials:
        service = trial.entry.manifest.id
        if service in builds:
            continue
        progress.note(f"building the image of {service}")
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
    # A row that failed before stands until the trial has run again.
    rows = {trial.key: trial for trial in record.trials}
    missing = [trial for trial in plan.trials if not _measured(rows.get(trial.key))]

    def saved(finished_at: str | None = None, interrupted: bool = False) -> RunRecord:
        new = replace(
            record,
            trials=tuple(
                rows.get(trial.key) or planned_record(trial, Outcome.SKIPPED, reason="not run yet")
                for trial in plan.trials
            ),
            wall_s=clock.monotonic() - begin + (record.wall_s or 0),
            finished_at=finished_at,
            interrupted=interrupted,
        )
        store.save(new)
        return new

    interrupted = False
    try:
        for trial in missing:
            saved()
            progress.trial_begins(trial)
            rows[trial.key] = _one(plan, trial, builds, engine, generator, store, clock, progress)
            progress.trial_ends(rows[trial.key])
    except KeyboardInterrupt:
        interrupted = True
        progress.note(
            "interrupted: what was measured is saved; go on with `make bench RESUME=latest`"
        )
    final = final_host(saved(clock.utc(), interrupted))
    store.save(final)
    progress.run_ends(final)
    return final


def _measured(row: TrialRecord | None) -> bool:
    return row is not None and row.outcome is Outcome.MEASURED


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
        store.save_raw(trial, {})  # an earlier attempt may have left files
        return planned_record(
            trial,
            Outcome.FAILED,
            phase=build.phase,
            reason=build.reason,
            log_tail=build.log_tail or None,
            started_at=clock.utc(),
        )
    return Trial(plan, trial, engine, generator, store, clock).run(build, progress)
