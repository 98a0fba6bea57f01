"""The loop over all trials: build first, then measure one at a time, saving after each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from orchestrator.bench.rows import planned_record
from orchestrator.bench.trial import Trial
from orchestrator.errors import TrialFailed
from orchestrator.interrupts import shielded
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Plan, PlannedTrial
from orchestrator.model.trial import Outcome, Phase, TrialRecord
from orchestrator.ports import Clock, Engine, Image, LoadGenerator, Progress, ResultStore

Builds = Mapping[str, Image | TrialFailed]


def missing_trials(plan: Plan, record: RunRecord) -> tuple[PlannedTrial, ...]:
    """What ``record`` does not hold as measured yet."""
    measured = {t.key for t in record.trials if t.outcome is Outcome.MEASURED}
    return tuple(trial for trial in plan.trials if trial.key not in measured)


def build_all(
    trials: Iterable[PlannedTrial], engine: Engine, progress: Progress
) -> dict[str, Image | TrialFailed]:
    """Build every image of a service or companion first; a failure is kept, not raised."""
    builds: dict[str, Image | TrialFailed] = {}
    for service in dict.fromkeys(name for trial in trials for name in trial.entry.images):
        progress.note(f"building the image of {service}")
        try:
            builds[service] = engine.build(service)
        except TrialFailed as failure:
            progress.note(
                f"{service} could not be built: {failure.reason}\n{failure.log_tail}".rstrip()
            )
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
    seen: Callable[[RunRecord], RunRecord],
) -> RunRecord:
    """Measure every planned trial that ``record`` does not hold as measured yet.

    The record is saved before the first trial, after each, and when a person interrupts: trials
    that did not run then stand in it as skipped. The last save alone says when the run finished.

    Args:
        seen: adds to the record what is known of the host by now, and the doubts that follow.
    """
    begin = clock.monotonic()
    # A row that failed before stands until the trial has run again.
    rows = {trial.key: trial for trial in record.trials}

    def saved(finished_at: str | None = None, interrupted: bool = False) -> RunRecord:
        new = replace(
            record,
            trials=tuple(rows.get(trial.key) or _to_come(trial) for trial in plan.trials),
            wall_s=clock.monotonic() - begin + (record.wall_s or 0),
            finished_at=finished_at,
            interrupted=interrupted,
        )
        with shielded():
            new = seen(new)
            store.save(new)
        return new

    interrupted, current = False, None
    try:
        for planned in missing_trials(plan, record):
            saved()
            progress.trial_begins(planned)
            images = _images(planned, builds)
            if isinstance(images, TrialFailed):
                store.save_raw(planned, {})  # an earlier attempt may have left files
                rows[planned.key] = _not_built(planned, images, clock)
            else:
                current = Trial(plan, planned, engine, generator, store, clock)
                rows[planned.key] = current.run(images[0], progress, images[1:])
            progress.trial_ends(rows[planned.key])
    except KeyboardInterrupt:
        interrupted = True
        if current is not None and current.finished is not None:
            rows[current.finished.key] = current.finished
        progress.note(
            "interrupted: what was measured is saved; go on with `make bench RESUME=latest`"
        )
    final = saved(clock.utc(), interrupted)
    progress.run_ends(final)
    return final


def _images(planned: PlannedTrial, builds: Builds) -> list[Image] | TrialFailed:
    """Those of a service and its companions, or why one of them could not be built."""
    found: list[Image] = []
    for name in planned.entry.images:
        build = builds[name]
        if isinstance(build, TrialFailed):
            return build
        found.append(build)
    return found


def _to_come(planned: PlannedTrial) -> TrialRecord:
    return planned_record(planned, Outcome.SKIPPED, reason="not run yet")


def _not_built(planned: PlannedTrial, failure: TrialFailed, clock: Clock) -> TrialRecord:
    return planned_record(
        planned,
        Outcome.FAILED,
        phase=Phase.BUILD,
        reason=failure.reason,
        log_tail=failure.log_tail or None,
        started_at=clock.utc(),
    )
