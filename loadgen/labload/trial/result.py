"""Makes the result of a trial from the merged counts. Pure; rounds nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from labload.counts.hdr import histogram
from labload.counts.tally import StepTally, Tally, note, together
from labload.trial.ramp import Ramp, Score, Stage
from labload.trial.stolen import UNKNOWN, Stolen
from labwire.events import LoadResult, LoadStep, LocustOwn
from labwire.phase import LoadPhase


@dataclass(frozen=True, slots=True)
class Passed:
    """A stage that is over, with its real start and duration."""

    stage: Stage
    started_at: float
    """Unix seconds, to match it with samples that other processes took."""
    duration_s: float
    stolen: Stolen = UNKNOWN


def score(passed: Passed, tally: Tally) -> Score:
    """The counts of a stage that the ramp needs."""
    step = tally.get(passed.stage.index, StepTally())
    return Score(
        completed=step.completed,
        requests=step.ended,
        drops=step.failed,
        duration_s=passed.duration_s,
        stolen=passed.stolen.most,
    )


def result(
    ramp: Ramp,
    stages: Sequence[Passed],
    tally: Tally,
    duration_s: float,
    *,
    workers: int,
    locust: LocustOwn,
) -> LoadResult:
    """The result of the whole trial; `duration_s` and `locust` are those of the closed loop."""
    assert ramp.ended is not None  # noqa: S101 - the trial is over, so the ramp has ended
    return LoadResult(
        started_at=stages[0].started_at,
        duration_s=duration_s,
        workers=workers,
        ramp_ended=ramp.ended,
        best_index=ramp.best_index,
        best_had_drops=ramp.best_had_drops,
        steps=tuple(
            described(
                passed,
                tally.get(passed.stage.index, StepTally()),
                disturbed=passed.stage.index == ramp.disturbed_index,
            )
            for passed in stages
        ),
        unfinished=sum(step.unfinished for step in tally.values()),
        connects=sum(step.connects for step in tally.values()),
        server_closes=sum(step.server_closes for step in tally.values()),
        locust=locust,
        failure_reasons=_reasons(tally),
    )


def _reasons(tally: Tally) -> dict[str, int]:
    """Counts of reasons in the whole load, the most common first."""
    found: Counter[str] = Counter()
    for step in tally.values():
        for reason, count in step.reasons.items():
            note(found, reason, count)
    return dict(found.most_common())


def percentile_ms(latencies: Mapping[int, int], percent: float) -> float | None:
    """The smallest latency that `percent` of the requests do not exceed; None without requests."""
    rank = percent / 100 * sum(latencies.values())
    seen = 0
    for latency_us in sorted(latencies):
        seen += latencies[latency_us]
        if seen >= rank:
            return latency_us / 1000
    return None


def described(passed: Passed, step: StepTally, *, disturbed: bool = False) -> LoadStep:
    """A stage and its counts as one step of a result; ``disturbed``: it was held again."""
    stage, health = passed.stage, step.health
    closed = LoadStep(
        index=stage.index,
        phase=LoadPhase.DISTURBED if disturbed else stage.phase,
        users=stage.users,
        started_at=passed.started_at,
        duration_s=passed.duration_s,
        requests=step.ended,
        failures=dict(step.failures),
        completed=step.completed,
        unfinished=step.unfinished,
        histogram=histogram(step.latencies),
        all_histogram=histogram(together((step.latencies, step.waits))),
        pending=step.pending.total(),
        pending_histogram=histogram(step.pending),
        answered_users=step.answered,
        in_flight=_in_flight(stage, step),
        connects=step.connects,
        connect_s=step.connecting_us / 1e6,
        server_closes=step.server_closes,
        idle=health.idle,
        lag_ms=None if health.lag_us is None else health.lag_us / 1000,
        listen_overflows=health.listen_overflows,
        server_steal=passed.stolen.server,
        loadgen_steal=passed.stolen.load,
        server_cpu_used=passed.stolen.server_used,
    )
    if stage.rate is None:
        return closed
    return replace(
        closed,
        rate=stage.rate,
        of_capacity=stage.share,
        service_histogram=histogram(step.service),
        late_histogram=histogram(step.late),
    )


def _in_flight(stage: Stage, step: StepTally) -> float | None:
    if stage.rate is not None or not step.present_us:
        return None
    return step.in_flight_us / step.present_us
