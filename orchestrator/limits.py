"""Finds what limited a rate: the first rule that the evidence meets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from labwire.thresholds import LAG_MOST_MS, nearly_full
from orchestrator.model.limit import Limit
from orchestrator.model.trial import Companion, Resources, Step, Totals

# A CPU counts as saturated from this use on. The engine's samples do not coincide with the ends of
# the hold, so a saturated CPU reads 0.92 to 1.00 of the time that the hypervisor left.
FULL_CPU = 0.9
# Below this use a server certainly has time left; between it and FULL_CPU it is uncertain.
FREE_CPU = 0.75
# Above this idle share a load generator worker certainly has time left.
IDLE_FREE = 0.3
# Smallest share of a CPU's time that a hypervisor must leave, for a judgement about the rest.
LEFT_LEAST = 0.1
# A larger share of throttled time cannot be only a burst at the beginning of a step.
THROTTLED_MOST = 0.05
# Share of failures in a whole trial. The ramp ends in drops on purpose, so only a majority counts.
TRIAL_FAILURES_MOST = 0.5
# A companion's CPU time explains the server's waiting from this part of it on. The rest passes
# while both are woken for each query. For the eight services of the set `orm`, whose one process
# waits for each answer of the database, it was 0.37 to 0.96 (results/2026-11-27-3a4ab3).
WAITED_LEAST = 1 / 3
# Share of failures in a hold, which runs at a step without drops.
HOLD_FAILURES_MOST = 0.05
# Connects per request: about 0 if the server keeps connections open, 1 if it closes them.
CONNECTS_LEAST = 0.5
# Share of the median latency that connecting takes.
CONNECTING_LEAST = 0.5
# In an open loop the server kept up if it answered nearly all requests that were due. Not all:
# those due in the last moments may still be under way at the end.
KEPT_UP = 0.95
UNFINISHED_MOST = 0.01
# A companion that uses at least this share of the CPU that it shares with the load uses more of it.
MOST = 0.5

Evidence = Mapping[str, float]


def limited_by(
    hold: Step | None,
    totals: Totals,
    used: Resources,
    companions: Sequence[Companion] = (),
    *,
    shared: bool,
) -> tuple[Limit, dict[str, float]]:
    """What limited the hold, and the evidence: every number that the rules look at.

    Unknown numbers are left out of the evidence and meet no rule. Times are in ms or in the unit in
    their name; all other numbers are shares and counts.

    Args:
        shared: server and load share one CPU.
    """
    evidence = {
        **_of_trial(used, shared),
        **_known(failure_share=_ratio(totals.failures, totals.requests)),
        **(_of_step(hold) if hold else {}),
        **_of_companions(companions),
    }
    return _first(evidence), evidence


def open_loop_limited_by(step: Step, rate: float, used: Resources, *, shared: bool) -> Limit:
    """``schedule`` if the server kept up with ``rate`` (requests/s); otherwise as for a hold."""
    due = step.requests + step.unfinished
    kept_up = (
        step.failures == 0
        and step.unfinished <= UNFINISHED_MOST * due
        and step.goodput_rps >= KEPT_UP * rate
    )
    return Limit.SCHEDULE if kept_up else _first({**_of_trial(used, shared), **_of_step(step)})


def _of_trial(used: Resources, shared: bool) -> dict[str, float]:
    # Included only if true, so that older records, which lack it, have the same evidence.
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
        server_steal=step.server_steal,
        loadgen_steal=step.loadgen_steal,
    )


def _of_companions(companions: Sequence[Companion]) -> dict[str, float]:
    """What all used together, and the one that used the largest part of what it may use."""
    known = [(one.cpu / one.cpu_limit, one) for one in companions if one.cpu and one.cpu_limit]
    if not known:
        return {}
    part, most = max(known, key=lambda pair: pair[0])
    return _known(
        companions_cpu=sum(one.cpu or 0.0 for _, one in known),
        companion_cpu=part,
        companion_cpu_busy=most.cpu_busy,
        companion_share=_ratio(most.cpu, most.cpu_busy),
    )


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _known(**numbers: float | None) -> dict[str, float]:
    return {name: float(number) for name, number in numbers.items() if number is not None}


def _used(seen: Evidence, whose: str, unknown: float = 0.0) -> float:
    """CPU use as a share of the time that the hypervisor left: used / (1 - stolen).

    The kernel does not count stolen time as CPU time of a container, so 0.86 of a CPU is all that
    there was if 0.10 was stolen. An idle container stays idle, whatever was stolen.
    """
    left = 1 - seen.get(f"{whose}_steal", 0.0)
    return seen.get(f"{whose}_cpu", unknown) / max(left, LEFT_LEAST)


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
    # Master, Docker engine and orchestrator use the rest of a saturated CPU.
    # The CPU is the same, and so is what was stolen from it.
    used = _used(seen, "server") + _used(seen, "loadgen")
    return seen.get("shared", 0) > 0 and used >= FREE_CPU


def _throttled(seen: Evidence) -> bool:
    waited = seen.get("server_throttled", 0) > THROTTLED_MOST
    return waited and "server_cpu" in seen and not _server_cpu(seen)


def _server_cpu(seen: Evidence) -> bool:
    return _used(seen, "server") >= FULL_CPU


def _database(seen: Evidence) -> bool:
    # Where load and companion share a CPU, the one that uses more of it is the limit.
    own = seen.get("companion_cpu", 0) >= FULL_CPU
    shared = seen.get("companion_cpu_busy", 0) >= FULL_CPU
    return own or (shared and seen.get("companion_share", 0) >= MOST)


def _loadgen_cpu(seen: Evidence) -> bool:
    if "loadgen_idle" in seen:
        busy = nearly_full(seen["loadgen_idle"])
    else:  # the client does not report it: use the engine's samples
        busy = _used(seen, "loadgen") >= FULL_CPU
    return (
        busy
        or seen.get("loadgen_throttled", 0) > THROTTLED_MOST
        or seen.get("loadgen_lag_ms", 0) > LAG_MOST_MS
    )


def _connection_setup(seen: Evidence) -> bool:
    return seen.get("connects_per_request", 0) >= CONNECTS_LEAST and (
        seen.get("listen_overflows", 0) > 0 or seen.get("connect_share", 0) >= CONNECTING_LEAST
    )


def _database_wait(seen: Evidence) -> bool:
    waited = 1 - _used(seen, "server", unknown=1.0)
    own = seen.get("companions_cpu", 0)
    full = seen.get("companion_cpu_busy", 0) >= FULL_CPU  # mostly by the load
    return waited > 0 and not full and own >= WAITED_LEAST * waited


def _latency_floor(seen: Evidence) -> bool:
    if "loadgen_idle" in seen:
        free = seen["loadgen_idle"] > IDLE_FREE
    else:
        free = _used(seen, "loadgen", unknown=1.0) < FREE_CPU
    return free and "server_cpu" in seen and _used(seen, "server") < FREE_CPU


_RULES: tuple[tuple[Limit, Callable[[Evidence], bool]], ...] = (
    (Limit.MEMORY, _memory),
    (Limit.ERRORS, _errors),
    (Limit.COLOCATED, _colocated),
    (Limit.THROTTLED, _throttled),
    (Limit.SERVER_CPU, _server_cpu),
    (Limit.DATABASE, _database),
    (Limit.LOADGEN_CPU, _loadgen_cpu),
    (Limit.CONNECTION_SETUP, _connection_setup),
    (Limit.DATABASE_WAIT, _database_wait),
    (Limit.LATENCY_FLOOR, _latency_floor),
)
