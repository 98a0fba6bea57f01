"""The loop over all trials of a run: one at a time, each saved when it ends."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.method import Method
from orchestrator.bench.observe import is_unobserved, not_looked_inside, with_observed
from orchestrator.bench.rows import planned_record
from orchestrator.bench.trial import Trial
from orchestrator.errors import TrialFailed
from orchestrator.model.observed import Observed
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import Outcome, TrialPhase, TrialRecord


def missing_trials(trials: Sequence[PlannedTrial], record: RunRecord) -> tuple[PlannedTrial, ...]:
    """The trials that are not measured in ``record`` yet, and can be."""
    measured = {t.key for t in record.trials if t.outcome is Outcome.MEASURED}
    return tuple(trial for trial in trials if trial.key not in measured and trial.why_not is None)


def measure_trials(
    trials: Sequence[PlannedTrial], record: RunRecord, method: Method, bench: Bench
) -> Generator[RunRecord, None, None]:
    """Measure every trial that is not measured in ``record`` yet.

    Yields the record before the first trial and after each, so that it can be saved; in it, trials
    that have not run are skipped. An interrupt yields it once more, with the trial that was
    measured by then; then KeyboardInterrupt is raised again.

    What runs in a service is observed once, after its first measured trial. So the trial finds the
    host as it would without, and no time is lost on a service that does not work. Rows of an
    earlier part of the run that ended before their service was observed follow after all trials.
    """
    begin, trial = bench.clock.monotonic(), None
    seen = dict[str, Observed]()
    # A row that failed earlier stays until its trial has run again.
    rows = {trial.key: trial for trial in record.trials}

    def known() -> RunRecord:
        return replace(
            record,
            trials=tuple(rows.get(trial.key) or _to_come(trial) for trial in trials),
            wall_s=bench.clock.monotonic() - begin + (record.wall_s or 0),
        )

    yield known()
    try:
        for planned in missing_trials(trials, record):
            bench.progress.trial_begins(planned)
            images = bench.images_of(planned.entry)
            if isinstance(images, TrialFailed):
                bench.raw.save_raw(planned, {})  # removes the files of an earlier attempt
                rows[planned.key] = _not_built(planned, images, bench)
            else:
                trial = Trial(planned, method, bench)
                rows[planned.key] = row = trial.run(images)
                trial = None  # its row is kept
                if bench.contract and row.outcome is Outcome.MEASURED:
                    rows[planned.key] = row = not_looked_inside(row)
                    yield known()
                    rows[planned.key] = with_observed(row, planned.entry, seen, bench)
            bench.progress.trial_ends(rows[planned.key])
            yield known()
        for planned in trials if bench.contract else ():
            earlier = rows.get(planned.key)
            if earlier is not None and is_unobserved(earlier):
                bench.progress.note(f"{earlier.service}: the lab looks at what runs in it")
                if not isinstance(bench.images_of(planned.entry), TrialFailed):
                    rows[planned.key] = with_observed(earlier, planned.entry, seen, bench)
                yield known()
    except KeyboardInterrupt:
        if trial is not None and trial.finished is not None:
            rows[trial.finished.key] = trial.finished
        yield known()
        raise


def _to_come(planned: PlannedTrial) -> TrialRecord:
    if planned.why_not is not None:
        return planned_record(planned, Outcome.NOT_OFFERED, reason=planned.why_not)
    return planned_record(planned, Outcome.SKIPPED, reason="not run yet")


def _not_built(planned: PlannedTrial, failure: TrialFailed, bench: Bench) -> TrialRecord:
    return planned_record(
        planned,
        Outcome.FAILED,
        phase=TrialPhase.BUILD,
        reason=failure.reason,
        log_tail=failure.log_tail or None,
        started_at=bench.clock.utc(),
    )
