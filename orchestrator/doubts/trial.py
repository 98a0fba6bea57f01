"""What a reader must know to believe one row, one step, one arrival rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labwire.thresholds import nearly_full
from orchestrator.doubts.host import of_base
from orchestrator.doubts.kind import Doubt, DoubtKind
from orchestrator.model.trial import Caveat, Companion, OpenLoop, Outcome, Step, TrialRecord
from orchestrator.verdict import FULL_CPU, LOADGEN_CPU, SERVER_CPU

# Little's law, in_flight / users = 1, holds exactly; this much is rounding, and the counting at a
# step's ends. The audit allows as much.
LITTLE_TOLERANCE = 0.05
# Share of the users below which the successes are those of a lucky few.
ANSWERED_LEAST = 0.95
# The generator's own lateness counts as noise up to this part of the median latency and 1 ms more.
LATE_SHARE, LATE_MS = 0.1, 1.0
SLOW_STOP_S = 2.0

MORE_CPUS = "give the load more CPUs"

KINDS = (
    NO_HOLD := DoubtKind(
        code="no-hold",
        text="the load ended before the hold began: the row has no rate at the best step, and no "
        "rank",
        remedy="give the trial more time (--duration), or measure on a faster or quieter host",
    ),
    LOADGEN_BUSY := DoubtKind(
        code="loadgen-busy",
        text="the load generator was nearly full too: its own waiting is in the latencies",
        remedy=MORE_CPUS,
    ),
    LOADGEN_LIMITED := DoubtKind(
        code="loadgen-limited",
        text="the load generator had no time left: the server can do at least this much",
        remedy=MORE_CPUS,
    ),
    LITTLE := DoubtKind(
        code="little",
        text="requests under way account for {in_flight:.0%} of the users",
        remedy="look at the step's failures (a user pauses after a failed connect), or "
        f"{MORE_CPUS}",
    ),
    STARVED_USERS := DoubtKind(
        code="starved-users",
        text="only {answered} of {users} users got any answer: percentiles of successes flatter",
        remedy="read all_p99_ms, pending and unfinished of the step in run.json",
    ),
    GENERATOR_LATE := DoubtKind(
        code="generator-late",
        text="the load generator itself sent up to {late_ms:.3g} ms late (p99)",
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
        remedy="repeat; if it stays, the ramp's steps are too short to show this drop",
    ),
    SLOW_STOP := DoubtKind(
        code="slow-stop",
        text="the server needed {stop_s:.1f} s to end after SIGTERM",
        remedy="see services/README.md: SIGTERM stops a service at once",
    ),
    INTERVENTION := DoubtKind(
        code="intervention",
        text="something outside the lab did this to {whose} container under load: {actions}",
        remedy="leave the lab's containers alone while it measures, and repeat",
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
        text="after everything was measured: {reason}",
        remedy="look after the Docker engine; the numbers are not touched by it",
    ),
)


def step_caveats(step: Step) -> tuple[Caveat, ...]:
    """The doubts about one step of the closed loop."""
    return _caveats(_of_step(step))


def _of_step(step: Step) -> Iterator[Doubt]:
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
    verdict: str,
    *,
    base: str,
    every_step_had_drops: bool,
) -> tuple[Caveat, ...]:
    """The doubts about one measured trial; those about its hold are among them.

    Args:
        verdict: what limited the hold.
        base: how the base image came to be.
    """
    return (
        *_caveats(_of_ramp(hold, every_step_had_drops)),
        *(hold.caveats if hold else (NO_HOLD.seen().caveat,)),
        *_caveats(_of_load(hold, verdict)),
        *_caveats(of_base(base)),
    )


def _of_ramp(hold: Step | None, every_step_had_drops: bool) -> Iterator[Doubt]:
    if every_step_had_drops:
        yield EVERY_STEP_HAD_DROPS.seen()
    if hold is not None and hold.failures:
        yield DROPS_IN_HOLD.seen(failures=hold.failures, requests=hold.requests)


def _of_load(hold: Step | None, verdict: str) -> Iterator[Doubt]:
    if verdict == LOADGEN_CPU:
        yield LOADGEN_LIMITED.seen()
    if verdict == SERVER_CPU and hold is not None and nearly_full(hold.loadgen_idle):
        yield LOADGEN_BUSY.seen()


def stop_caveats(stop_s: float) -> tuple[Caveat, ...]:
    """The doubt about a server that needed ``stop_s`` seconds from SIGTERM to its end."""
    return (SLOW_STOP.seen(stop_s=stop_s).caveat,) if stop_s >= SLOW_STOP_S else ()


def intervention_caveats(actions: Sequence[str], whose: str = "the server's") -> tuple[Caveat, ...]:
    """The doubt about a container to which others did something under load."""
    if not actions:
        return ()
    return (INTERVENTION.seen(whose=whose, actions=", ".join(actions)).caveat,)


def companion_caveats(companion: Companion, limit: float, busy: float) -> tuple[Caveat, ...]:
    """The doubt about a companion that may have made its service wait.

    Args:
        limit: how many CPUs it may use.
        busy: how busy its CPU was during the hold, with all that the CPU bore.
    """
    if companion.cpu is None or max(companion.cpu / limit, busy) < FULL_CPU:
        return ()
    return (COMPANION_FULL.seen(name=companion.name, cpu=companion.cpu).caveat,)


def afterwards(reason: str) -> Caveat:
    """What went wrong once the trial had been measured: it is told, and the numbers stand."""
    return AFTER_THE_LOAD.seen(reason=reason).caveat


def all_caveats(trial: TrialRecord) -> tuple[Caveat, ...]:
    """The doubts about a trial, whichever version of the lab measured it.

    Older ones did not say that there was no hold.
    """
    unsaid = trial.outcome is Outcome.MEASURED and trial.hold is None
    if unsaid and all(caveat.code != NO_HOLD.code for caveat in trial.caveats):
        return (NO_HOLD.seen().caveat, *trial.caveats)
    return trial.caveats


def _caveats(found: Iterator[Doubt]) -> tuple[Caveat, ...]:
    return tuple(doubt.caveat for doubt in found)
