"""Doubt as data: what a reader must know to believe one row, one step, one arrival rate."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.trial import Caveat, OpenLoop, Outcome, Step, TrialRecord
from orchestrator.verdict import LOADGEN_CPU, SERVER_CPU, nearly_full

# Little's law, in_flight / users = 1, holds exactly; this much is the counting at a step's ends.
LITTLE_LEAST, LITTLE_MOST = 0.95, 1.05
# Share of the users below which the successes are those of a lucky few.
ANSWERED_LEAST = 0.95
# The generator's own lateness counts as noise up to this part of the median latency and 1 ms more.
LATE_SHARE, LATE_MS = 0.1, 1.0
SLOW_STOP_S = 2.0

NO_HOLD = Caveat(
    code="no-hold",
    text="the load ended before the hold began: the row has no rate at the best step, and no rank",
    remedy="give the trial more time (--duration), or measure on a faster or quieter host",
)
LOADGEN_BUSY = Caveat(
    code="loadgen-busy",
    text="the load generator was nearly full too: its own waiting is in the latencies",
    remedy="give the load more CPUs",
)


def step_caveats(step: Step) -> tuple[Caveat, ...]:
    """The doubts about one step of the closed loop."""
    found = []
    if step.in_flight is not None and not LITTLE_LEAST <= step.in_flight <= LITTLE_MOST:
        found.append(
            Caveat(
                code="little",
                text=f"requests under way account for {step.in_flight:.0%} of the users",
                remedy="look at the step's failures (a user pauses after a failed connect), or "
                "give the load more CPUs",
            )
        )
    if step.answered_users is not None and step.answered_users < ANSWERED_LEAST * step.users:
        found.append(
            Caveat(
                code="starved-users",
                text=f"only {step.answered_users} of {step.users} users got any answer: "
                "percentiles of successes flatter",
                remedy="read all_p99_ms, pending and unfinished of the step in run.json",
            )
        )
    return tuple(found)


def open_loop_caveats(row: OpenLoop) -> tuple[Caveat, ...]:
    """The doubts about one arrival rate."""
    found = []
    if _is_late(row):
        found.append(
            Caveat(
                code="generator-late",
                text=f"the load generator itself sent up to {row.late_p99_ms:.3g} ms late (p99)",
                remedy="give the load more CPUs, or choose a lower --rate",
            )
        )
    if nearly_full(row.loadgen_idle):
        found.append(LOADGEN_BUSY)
    return tuple(found)


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
    found = []
    if every_step_had_drops:
        found.append(
            Caveat(
                code="every-step-had-drops",
                text="every step of the ramp had drops; the hold runs at the step with the fewest",
                remedy="give a smaller --max-users, or use a profile with longer timeouts",
            )
        )
    if hold is not None and hold.failures:
        found.append(
            Caveat(
                code="drops-in-hold",
                text=f"{hold.failures} of the hold's {hold.requests} requests failed",
                remedy="repeat; if it stays, the ramp's steps are too short to show this drop",
            )
        )
    found += hold.caveats if hold else (NO_HOLD,)
    if verdict == LOADGEN_CPU:
        found.append(
            Caveat(
                code="loadgen-limited",
                text="the load generator had no time left: the server can do at least this much",
                remedy="give the load more CPUs",
            )
        )
    if verdict == SERVER_CPU and hold is not None and nearly_full(hold.loadgen_idle):
        found.append(LOADGEN_BUSY)
    if base != "official":
        found.append(
            Caveat(
                code="base-not-official",
                text=f"the base image is not the official one: {base}",
                remedy="run where a registry can be reached",
            )
        )
    return tuple(found)


def stop_caveats(stop_s: float) -> tuple[Caveat, ...]:
    """The doubt about a server that needed ``stop_s`` seconds from SIGTERM to its end."""
    if stop_s < SLOW_STOP_S:
        return ()
    return (
        Caveat(
            code="slow-stop",
            text=f"the server needed {stop_s:.1f} s to end after SIGTERM",
            remedy="see services/README.md: SIGTERM stops a service at once",
        ),
    )


def intervention_caveats(actions: Sequence[str]) -> tuple[Caveat, ...]:
    """The doubt about a server to which others did something under load."""
    if not actions:
        return ()
    return (
        Caveat(
            code="intervention",
            text=f"something outside the lab did this to the server's container under load: "
            f"{', '.join(actions)}",
            remedy="leave the lab's containers alone while it measures, and repeat",
        ),
    )


def afterwards(reason: str) -> Caveat:
    """What went wrong once the trial had been measured: it is told, and the numbers stand."""
    return Caveat(
        code="after-the-load",
        text=f"after everything was measured: {reason}",
        remedy="look after the Docker engine; the numbers are not touched by it",
    )


def all_caveats(trial: TrialRecord) -> tuple[Caveat, ...]:
    """The doubts about a trial, whichever version of the lab measured it.

    Older ones did not say that there was no hold.
    """
    unsaid = trial.outcome is Outcome.MEASURED and trial.hold is None
    if unsaid and all(caveat.code != NO_HOLD.code for caveat in trial.caveats):
        return (NO_HOLD, *trial.caveats)
    return trial.caveats
