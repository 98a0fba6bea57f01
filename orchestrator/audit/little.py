"""Rule ``little``: users = rate x (latency + think time), J. D. C. Little 1961."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.audit.bounds import mean_bounds
from orchestrator.audit.row import ResultRow, contradiction, doubt, percentile, shown
from orchestrator.audit.schedule import user_seconds
from orchestrator.doubts.trial import LITTLE_TOLERANCE
from orchestrator.model.finding import Finding
from orchestrator.model.published import OfferedLoad


def little(row: ResultRow, load: OfferedLoad | None) -> Iterator[Finding]:
    """Compare the mean latency that users and rate imply with the reported latencies.

    It must not be above the maximum or p99 (a mean above p99 is possible, but unlikely), nor below
    the lowest mean that the percentiles allow. Only the last is impossible, and only if the load is
    known. Otherwise there may be a reason: users pause, users wait for answers that never come (and
    are in no latency), latencies count from an intended send time, or a connection has several
    requests under way. Rows at a constant arrival rate are left out: their connections are not
    users.
    """
    implied = _implied_ms(row, load)
    if implied is None or not row.known_unit or row.offered_rps is not None:
        return
    least, most = implied
    kind = contradiction if load else doubt
    floor = row.mean_ms if row.mean_ms is not None else mean_bounds(row)[0]
    if floor > most * (1 + LITTLE_TOLERANCE):
        word = "the mean is" if row.mean_ms is not None else "the percentiles imply at least"
        text = f"a mean latency of at most {shown(most)} ms, but {word} {shown(floor)} ms"
        yield kind(row, "little", most, floor, _sentence(row, load, text))
        return
    tops = {"the maximum": row.max_ms}
    tops |= {percentile(p): ms for p, ms in sorted(row.percentiles.items())[-1:] if p >= 99}
    for what, ms in tops.items():
        if ms is not None and least > ms * (1 + LITTLE_TOLERANCE):
            text = f"a mean latency of at least {shown(least)} ms, above {what} ({shown(ms)} ms)"
            yield doubt(row, "little", least, ms, _sentence(row, load, text))
            return


def _implied_ms(row: ResultRow, load: OfferedLoad | None) -> tuple[float, float] | None:
    """The lowest and the highest possible mean latency, in ms.

    With a known load, users spend all their time in requests or in think times. Every request
    except a user's last is followed by a think time, so there are at least (requests - users) think
    times, and at most as many as requests.
    """
    if load is None:
        if not row.users or not row.rps or row.rps < 0:
            return None
        return (row.users / row.rps * 1000,) * 2
    if not row.requests or row.requests < 0:
        return None
    seconds, think = user_seconds(load), (load.think_min_s + load.think_max_s) / 2
    least = seconds - think * row.requests
    most = seconds - think * max(0.0, row.requests - load.users)
    return least / row.requests * 1000, most / row.requests * 1000


def _sentence(row: ResultRow, load: OfferedLoad | None, text: str) -> str:
    if load is None:
        text += ". Possible reasons: users pause, or have several requests under way"
        return f"{shown(row.users or 0)} users at {shown(row.rps or 0)} requests/s imply {text}."
    users = f"{load.users:,} users with their think time"
    return f"{users} and {shown(row.requests or 0)} requests imply {text}."
