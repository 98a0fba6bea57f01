"""Finds what limited a rate: the first rule that the evidence meets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labwire.thresholds import LAG_MOST_MS, nearly_full
from orchestrator.model.limit import Limit
from orchestrator.model.trial import Resources, Step, Totals

# A CPU counts as full from this share on. The engine's samples do not fall exactly on the ends of
# the hold, and CPU steal does not count as the container's CPU time, so a full CPU reads 0.92 to
# 1.00.
FULL_CPU = 0.9
# Below this share a server certainly has CPU time left. Between it and FULL_CPU it is uncertain.
FREE_CPU = 0.75
# Above this idle share a worker certainly has CPU time left.
IDLE_FREE = 0.3
# Share of throttled time that is too long to be a burst at the start of a step.
THROTTLED_MOST = 0.05
# Share of failures in a whole trial. Its ramp ends in failures on purpose, so only a majority
# matters.
TRIAL_FAILURES_MOST = 0.5
# Share of failures in a hold, whose step had no failures in the ramp.
HOLD_FAILURES_MOST = 0.05
# A server that keeps connections open has about 0 connects per request, one that closes them 1.
CONNECTS_LEAST = 0.5
# Share of the median latency that connecting takes.
CONNECTING_LEAST = 0.5
# In an open loop the server kept up if it answered nearly all requests that were due. Not all:
# those due in the last moments may still be under way at the end.
KEPT_UP = 0.95
UNFINISHED_MOST = 0.01

Evidence = Mapping[str, float]


def limited_by(
    hold: Step | None, totals: Totals, used: Resources, *, shared: bool
) -> tuple[Limit, dict[str, float]]:
    """What limited the hold's rate, and all numbers that the rules looked at (the evidence).

    Unknown numbers are left out of the evidence and meet no rule. Times are in the unit in their
    name; the other numbers are shares and counts.

    Args:
        shared: server and load share one CPU.
    """
    evidence = {
        **_of_trial(used, shared),
        **_known(failure_share=_ratio(totals.failures, totals.requests)),
        **(_of_step(hold) if hold else {}),
    }
    return _first(evidence), evidence


def open_loop_limited_by(step: Step, rate: float, used: Resources, *, shared: bool) -> Limit:
    """``schedule`` if the server kept up with ``rate`` (requests/s), else as for a hold."""
    due = step.requests + step.unfinished
    kept_up = (
        step.failures == 0
        and step.unfinished <= UNFINISHED_MOST * due
        and step.goodput_rps >= KEPT_UP * rate
    )
    return Limit.SCHEDULE if kept_up else _first({**_of_trial(used, shared), **_of_step(step)})


def _of_trial(used: Resources, shared: bool) -> dict[str, float]:
    # Added only if true, so that older records, which do not know it, have the same evidence.
    return {
        **_known(oom_killed=used.oom_killed),
        **({"shared": 1.0} if shared else {}),
    }


def _of_step(step: Step) -> dict[str, float]:
    return _known(
        hold_failure_share=_ratio(step.failures, step.requests),
        server_cpu=step.server_cpu,
        server_throttled=step.server_throttled,
        loadgen_cpu=step.loadgen_cpu,
        loadgen_idle=step.loadgen_idle,
        loadgen_throttled=step.loadgen_throttled,
        loadgen_lag_ms=step.loadgen_lag_ms,
        connects_per_request=_ratio(step.connects, step.requests),
        connect_share=_ratio(step.connect_ms, step.median_ms),
        listen_overflows=step.listen_overflows,
    )


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _known(**numbers: float | None) -> dict[str, float]:
    return {name: float(number) for name, number in numbers.items() if number is not None}


def _first(seen: Evidence) -> Limit:
    return next((limit for limit, met in _RULES if met(seen)), Limit.UNKNOWN)


def _memory(seen: Evidence) -> bool:
    return seen.get("oom_killed", 0) > 0


def _errors(seen: Evidence) -> bool:
    return (
        seen.get("failure_share", 0) > TRIAL_FAILURES_MOST
        or seen.get("hold_failure_share", 0) > HOLD_FAILURES_MOST
    )


def _colocated(seen: Evidence) -> bool:
    # Locust's master, the Docker engine and the orchestrator use the rest of a full CPU.
    used = seen.get("server_cpu", 0) + seen.get("loadgen_cpu", 0)
    return seen.get("shared", 0) > 0 and used >= FREE_CPU


def _throttled(seen: Evidence) -> bool:
    waited = seen.get("server_throttled", 0) > THROTTLED_MOST
    return waited and "server_cpu" in seen and not _server_cpu(seen)


def _server_cpu(seen: Evidence) -> bool:
    return seen.get("server_cpu", 0) >= FULL_CPU


def _loadgen_cpu(seen: Evidence) -> bool:
    if "loadgen_idle" in seen:
        busy = nearly_full(seen["loadgen_idle"])
    else:  # a client that does not report it: use the engine's samples
        busy = seen.get("loadgen_cpu", 0) >= FULL_CPU
    return (
        busy
        or seen.get("loadgen_throttled", 0) > THROTTLED_MOST
        or seen.get("loadgen_lag_ms", 0) > LAG_MOST_MS
    )


def _connection_setup(seen: Evidence) -> bool:
    return seen.get("connects_per_request", 0) >= CONNECTS_LEAST and (
        seen.get("listen_overflows", 0) > 0 or seen.get("connect_share", 0) >= CONNECTING_LEAST
    )


def _latency_floor(seen: Evidence) -> bool:
    if "loadgen_idle" in seen:
        free = seen["loadgen_idle"] > IDLE_FREE
    else:
        free = seen.get("loadgen_cpu", 1) < FREE_CPU
    return free and "server_cpu" in seen and seen["server_cpu"] < FREE_CPU


_RULES: tuple[tuple[Limit, Callable[[Evidence], bool]], ...] = (
    (Limit.MEMORY, _memory),
    (Limit.ERRORS, _errors),
    (Limit.COLOCATED, _colocated),
    (Limit.THROTTLED, _throttled),
    (Limit.SERVER_CPU, _server_cpu),
    (Limit.LOADGEN_CPU, _loadgen_cpu),
    (Limit.CONNECTION_SETUP, _connection_setup),
    (Limit.LATENCY_FLOOR, _latency_floor),
)
