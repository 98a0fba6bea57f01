"""Doubts about one trial, one step or one arrival rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labwire.failure import ANSWERS
from labwire.phase import LoadPhase
from labwire.thresholds import STEAL_MOST, nearly_full
from orchestrator.doubts.host import of_base
from orchestrator.doubts.kind import Doubt, DoubtKind
from orchestrator.doubts.wrong_answers import WrongAnswers
from orchestrator.limits import FULL_CPU
from orchestrator.model.limit import Limit
from orchestrator.model.trial import Caveat, Companion, OpenLoop, Outcome, Step, TrialRecord
from orchestrator.words import line

# By Little's law in_flight / users is exactly 1. This tolerance covers rounding and the counting at
# the ends of a step. The audit allows the same.
LITTLE_TOLERANCE = 0.05
# If a smaller share of the users got answers, the successes are those of a lucky few.
ANSWERED_LEAST = 0.95
# The load generator may send late by this share of the median latency plus 1 ms; that is noise.
LATE_SHARE, LATE_MS = 0.1, 1.0
SLOW_STOP_S = 2.0
# A server alone on a full CPU reads 0.92 to 1.00 (`limits.FULL_CPU`), so up to 0.08 are no other
# work. In a short step the engine's samples are too coarse to tell.
OTHERS_MOST = 0.15
OTHERS_STEP_S = 4.0
EXAMPLE_LENGTH = 300

MORE_CPUS = "give the load generator more CPUs"
QUIETER = "repeat the run when the machine is quieter, or on a host whose CPUs are not shared"

KINDS = (
    NO_HOLD := DoubtKind(
        code="no-hold",
        text="the load ended before the hold began: the row has no rate at the best step, and no "
        "rank",
        remedy="give the trial more time (--duration), or measure on a faster or quieter host",
    ),
    LOADGEN_BUSY := DoubtKind(
        code="loadgen-busy",
        text="the load generator was nearly saturated, too: latencies include its own delays",
        remedy=MORE_CPUS,
    ),
    LOADGEN_LIMITED := DoubtKind(
        code="loadgen-limited",
        text="the load generator was saturated: the server can serve at least this rate",
        remedy=MORE_CPUS,
    ),
    LITTLE := DoubtKind(
        code="little",
        text="requests under way account for {in_flight:.0%} of the users (100% by Little's law)",
        remedy="look at the step's failures (a user pauses after a failed connect), or "
        f"{MORE_CPUS}",
    ),
    STARVED_USERS := DoubtKind(
        code="starved-users",
        text="only {answered} of {users} users got any answer: percentiles of successes look too "
        "good",
        remedy="read all_p99_ms, pending and unfinished of the step in run.json",
    ),
    GENERATOR_LATE := DoubtKind(
        code="generator-late",
        text="the load generator itself sent requests up to {late_ms:.3g} ms late (p99)",
        remedy=f"{MORE_CPUS}, or choose a lower --rate",
    ),
    EVERY_STEP_HAD_DROPS := DoubtKind(
        code="every-step-had-drops",
        text="every step of the ramp had drops; the hold runs at the step with the fewest",
        remedy="give a smaller --max-users, or use a profile with longer timeouts",
    ),
    DROPS_IN_HOLD := DoubtKind(
        code="drops-in-hold",
        text="{failures} of the hold's {requests} requests failed",
        remedy="repeat the run; if this stays, the ramp's steps are too short to show such drops",
    ),
    WRONG_ANSWERS := DoubtKind(
        code="wrong-answers",
        text="{wrong} of the hold's {requests} requests got a wrong answer, such as {example}",
        remedy="mend the service, or what its workload says is right; `lab verify` checks it",
    ),
    HELD_TWICE := DoubtKind(
        code="held-twice",
        text="the hold was measured twice, because the hypervisor took {first} of a CPU during "
        "the first one ({first_rps:,.0f} requests/s); it took {second} during the second one "
        "({second_rps:,.0f} requests/s); the {which} one counts",
        remedy="compare both in the row's steps in run.json; if many rows say this, repeat the run "
        "when the machine is quieter",
    ),
    DISTURBED_HOLD := DoubtKind(
        code="disturbed-hold",
        text="the hypervisor took {stolen:.1%} of {whose} during the hold: the server can do at "
        "least this rate",
        remedy=QUIETER,
    ),
    OTHER_WORK := DoubtKind(
        code="other-work",
        text="something else ran on the server's CPU in {steps} of {of} steps, at most {most:.0%} "
        "of the time ({where})",
        remedy="leave the machine alone while the lab measures, and repeat the run",
    ),
    SLOW_STOP := DoubtKind(
        code="slow-stop",
        text="the server needed {stop_s:.1f} s to end after SIGTERM",
        remedy="make the service end at once on SIGTERM (services/README.md)",
    ),
    INTERVENTION := DoubtKind(
        code="intervention",
        text="something outside the lab acted on {whose} container under load: {actions}",
        remedy="leave the lab's containers alone while it measures, and repeat the run",
    ),
    COMPANION_FULL := DoubtKind(
        code="companion-full",
        text="the CPU of the companion {name} was full during the hold ({cpu:.2f} of a CPU was its "
        "own): the service may have waited for it",
        remedy="give it more CPU (its block in docker-compose.yml, or a host with more CPUs), or "
        "read the rate as that of both together",
    ),
    AFTER_THE_LOAD := DoubtKind(
        code="after-the-load",
        text="an error after everything was measured: {reason}",
        remedy="check the Docker engine; the measured numbers are not affected",
    ),
)

OF_NUMBERS = frozenset(kind.code for kind in KINDS) - {INTERVENTION.code}
"""The doubts about what was measured; an intervention may be why a trial failed."""


def step_caveats(step: Step) -> tuple[Caveat, ...]:
    """The doubts about one step of the closed loop."""
    return _caveats(_of_step(step))


def _of_step(step: Step) -> Iterator[Doubt]:
    if step.phase == LoadPhase.SETTLE:
        return  # the server recovers from the overload, and no number of the report is about that
    least, most = 1 - LITTLE_TOLERANCE, 1 + LITTLE_TOLERANCE
    if step.in_flight is not None and not least <= step.in_flight <= most:
        yield LITTLE.seen(in_flight=step.in_flight)
    if step.answered_users is not None and step.answered_users < ANSWERED_LEAST * step.users:
        yield STARVED_USERS.seen(answered=step.answered_users, users=step.users)


def open_loop_caveats(row: OpenLoop) -> tuple[Caveat, ...]:
    """The doubts about one arrival rate."""
    return _caveats(_of_rate(row))


def _of_rate(row: OpenLoop) -> Iterator[Doubt]:
    if _is_late(row):
        yield GENERATOR_LATE.seen(late_ms=row.late_p99_ms)
    if nearly_full(row.loadgen_idle):
        yield LOADGEN_BUSY.seen()


def _is_late(row: OpenLoop) -> bool:
    if row.late_p99_ms is None or row.median_ms is None:
        return False
    return row.late_p99_ms > LATE_MS + LATE_SHARE * row.median_ms


def trial_caveats(
    hold: Step | None,
    limit: Limit,
    *,
    base: str,
    every_step_had_drops: bool,
    disturbed: Step | None = None,
    wrong: WrongAnswers | None = None,
) -> tuple[Caveat, ...]:
    """The doubts about one measured trial, those about its hold included.

    Args:
        limit: what limited the hold.
        base: where the base image came from.
        wrong: the answers that were wrong; None if there were none.
        disturbed: the hold that does not count; None if there was one hold.
    """
    return (
        *_caveats(_of_ramp(hold, every_step_had_drops)),
        *_caveats(_of_answers(wrong)),
        *(hold.caveats if hold else (NO_HOLD.seen().caveat,)),
        *_caveats(_of_load(hold, limit)),
        *_caveats(_of_steal(hold, disturbed)),
        *_caveats(of_base(base)),
    )


def _of_ramp(hold: Step | None, every_step_had_drops: bool) -> Iterator[Doubt]:
    kinds = hold.failures_by_kind if hold is not None else {}
    if kinds and ANSWERS.issuperset(kinds):
        return  # wrong answers, which neither fewer users nor longer timeouts would mend
    if every_step_had_drops:
        yield EVERY_STEP_HAD_DROPS.seen()
    if hold is not None and hold.failures:
        yield DROPS_IN_HOLD.seen(failures=hold.failures, requests=hold.requests)


def _of_answers(wrong: WrongAnswers | None) -> Iterator[Doubt]:
    if wrong is not None:
        example = line(wrong.example, EXAMPLE_LENGTH)
        yield WRONG_ANSWERS.seen(
            wrong=f"{wrong.count:,}", requests=f"{wrong.requests:,}", example=example
        )


def _of_load(hold: Step | None, limit: Limit) -> Iterator[Doubt]:
    if limit is Limit.LOADGEN_CPU:
        yield LOADGEN_LIMITED.seen()
    if limit is Limit.SERVER_CPU and hold is not None and nearly_full(hold.loadgen_idle):
        yield LOADGEN_BUSY.seen()


def _of_steal(hold: Step | None, disturbed: Step | None) -> Iterator[Doubt]:
    if hold is None:
        return
    if disturbed is not None:
        first, second = sorted((hold, disturbed), key=lambda step: step.started_s)
        yield HELD_TWICE.seen(
            first=_share(first.stolen),
            first_rps=first.goodput_rps,
            second=_share(second.stolen),
            second_rps=second.goodput_rps,
            which="first" if first is hold else "second",
        )
    if hold.stolen is not None and hold.stolen > STEAL_MOST:
        server = hold.server_steal == hold.stolen
        yield DISTURBED_HOLD.seen(
            stolen=hold.stolen, whose="the server's CPU" if server else "a CPU of the load"
        )


def _share(stolen: float | None) -> str:
    return "an unknown share" if stolen is None else f"{stolen:.1%}"


def other_work(steps: Sequence[Step], *, shared: bool) -> tuple[Caveat, ...]:
    """The doubt about steps in which others used the server's CPU, if there are any.

    Args:
        shared: server and load share one CPU, so that the load is one of the others.
    """
    long = [step for step in steps if step.duration_s >= OTHERS_STEP_S]
    found = [step for step in long if (step.others_cpu or 0.0) > OTHERS_MOST]
    if shared or not found:
        return ()
    held = any(step.phase == LoadPhase.HOLD for step in found)
    doubt = OTHER_WORK.seen(
        steps=len(found),
        of=len(long),
        most=max(step.others_cpu or 0.0 for step in found),
        where="also in the hold" if held else "not in the hold",
    )
    return (doubt.caveat,)


def stop_caveats(stop_s: float) -> tuple[Caveat, ...]:
    """The doubt about a server that needed ``stop_s`` seconds to end after SIGTERM; else empty."""
    return (SLOW_STOP.seen(stop_s=stop_s).caveat,) if stop_s >= SLOW_STOP_S else ()


def intervention_caveats(actions: Sequence[str], whose: str = "the server's") -> tuple[Caveat, ...]:
    """The doubt about a container on which something outside the lab acted; else empty."""
    if not actions:
        return ()
    return (INTERVENTION.seen(whose=whose, actions=", ".join(actions)).caveat,)


def companion_caveats(companion: Companion) -> tuple[Caveat, ...]:
    """The doubt about a companion that may have made its service wait."""
    if companion.cpu is None or not companion.cpu_limit:
        return ()
    if max(companion.cpu / companion.cpu_limit, companion.cpu_busy or 0.0) < FULL_CPU:
        return ()
    return (COMPANION_FULL.seen(name=companion.name, cpu=companion.cpu).caveat,)


def afterwards(reason: str) -> Caveat:
    """The doubt about an error after the trial was measured; the numbers stay valid."""
    return AFTER_THE_LOAD.seen(reason=reason).caveat


def all_caveats(trial: TrialRecord) -> tuple[Caveat, ...]:
    """The doubts about a trial, whichever version of the lab measured it.

    A failed trial has no numbers to doubt. Older versions did not record that a trial had no hold.
    """
    if trial.outcome is Outcome.FAILED:
        return tuple(caveat for caveat in trial.caveats if caveat.code not in OF_NUMBERS)
    unsaid = trial.outcome is Outcome.MEASURED and trial.hold is None
    if unsaid and all(caveat.code != NO_HOLD.code for caveat in trial.caveats):
        return (NO_HOLD.seen().caveat, *trial.caveats)
    return trial.caveats


def _caveats(found: Iterator[Doubt]) -> tuple[Caveat, ...]:
    return tuple(doubt.caveat for doubt in found)
