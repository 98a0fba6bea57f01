"""What kept a rate from being higher: the first rule that its evidence meets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labwire.thresholds import LAG_MOST_MS, nearly_full
from orchestrator.model.limit import Limit
from orchestrator.model.trial import Resources, Step, Totals

# A CPU counts as full from here on. The engine's samples do not fall on the ends of the hold, and
# what the hypervisor takes is no CPU time of the container: a full CPU reads 0.92 to 1.00.
FULL_CPU = 0.9
# Below it a server has time left beyond doubt; between it and FULL_CPU nobody can tell.
FREE_CPU = 0.75
# Above it a worker has time left beyond doubt.
IDLE_FREE = 0.3
# Share of the time without CPU that can no longer be a burst at the begin of a step.
THROTTLED_MOST = 0.05
# Of a whole trial: its ramp ends in drops by intention, so only a majority tells anything.
TRIAL_FAILURES_MOST = 0.5
# Of a hold, which stands at a step without drops.
HOLD_FAILURES_MOST = 0.05
# A server that keeps connections open has about 0 connects a request, one that closes them 1.
CONNECTS_LEAST = 0.5
# Part of the median latency that connecting takes.
CONNECTING_LEAST = 0.5
# An open loop kept up if it answered nearly all that was due. Not quite all: what is due in its
# last moments may still be under way when it ends.
KEPT_UP = 0.95
UNFINISHED_MOST = 0.01

Evidence = Mapping[str, float]


def limited_by(
    hold: Step | None, totals: Totals, used: Resources, *, shared: bool
) -> tuple[Limit, dict[str, float]]:
    """What kept the hold from being faster, and every number that was looked at.

    What is unknown is left out of the evidence and meets no rule. Times are in ms or in the unit
    that the name has; the rest are shares and counts.

    Args:
        shared: server and load have one CPU together.
    """
    evidence = {
        **_of_trial(used, shared),
        **_known(failure_share=_ratio(totals.failures, totals.requests)),
        **(_of_step(hold) if hold else {}),
    }
    return _first(evidence), evidence


def open_loop_limited_by(step: Step, rate: float, used: Resources, *, shared: bool) -> Limit:
    """``schedule`` where the server kept up with ``rate`` (requests/s), else as for a hold."""
    due = step.requests + step.unfinished
    kept_up = (
        step.failures == 0
        and step.unfinished <= UNFINISHED_MOST * due
        and step.goodput_rps >= KEPT_UP * rate
    )
    return Limit.SCHEDULE if kept_up else _first({**_of_trial(used, shared), **_of_step(step)})


def _of_trial(used: Resources, shared: bool) -> dict[str, float]:
    # Said only where it is so: records from before there was such a thing have the same evidence.
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
    # The rest of a full CPU is the master's, the engine's and the orchestrator's.
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
    else:  # a client that does not know: the engine's samples have to do
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
