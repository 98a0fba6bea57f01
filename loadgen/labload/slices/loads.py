"""The engines of all servers, in gevent's loop; between slices they send nothing.

A server has one engine for the open loop, and one of its own for the closed loop. So each keeps its
connections: if a closed loop changed their number, the server would have to accept connections in
the next open loop, and only that server.
"""

from collections.abc import Callable, Sequence
from time import monotonic, perf_counter_ns

from gevent.event import Event

from labload.counts.hdr import histogram
from labload.counts.ledger import Ledger
from labload.counts.tally import StepTally, from_wire
from labload.engine.engine_load import EngineLoad
from labload.engine.places import Places, spread
from labload.engine.slot import Slot
from labload.engine.target import Target
from labwire.slices import LONGEST_SLICE_S, Saturate, Served, Slice, Spread

LEAD_NS = 2_000_000
"""From the command to the first request, so that this is not late already."""
POLL_S = 0.001
"""How often to look for the last answer; the resolution of gevent's timers."""
SPARE_S = 1.0
"""How much later than its timeout a request may end, because sweeps come 20 times a second."""


class SliceError(Exception):
    """A slice could not be carried out; says why. `server`: the place of the one that failed."""

    def __init__(self, reason: str, server: int | None = None) -> None:
        super().__init__(reason)
        self.server = server


class _One:
    """The load on one server, and its users."""

    def __init__(self, target: Target, on_error: Callable[[BaseException], object]) -> None:
        self.load = EngineLoad(target, Ledger(None, 0, perf_counter_ns()), on_error)
        self.load.enter(0, held=True)
        self._slots: list[Slot] = []

    def have(self, users: int) -> None:
        """Have this many users. They connect with their first request."""
        while len(self._slots) < users:
            self._slots.append(self.load.open())
        while len(self._slots) > users:
            self.load.close(self._slots.pop())

    def rest(self, step: int) -> None:
        """Begin no more requests; those under way still belong to their step."""
        self.load.enter(step, held=True)
        self.load.unfollow()

    def counts(self) -> StepTally:
        """Everything counted since the last call."""
        whole = StepTally()
        for part in from_wire(self.load.ledger.drain()).values():
            whole.add(part)
        return whole


class Loads:
    """The loads on all servers that were aimed at; `shut` ends them.

    Args:
        connections: users of each server in `spread`.
    """

    def __init__(self, targets: Sequence[Target], connections: int) -> None:
        # No AsyncResult: it imports modules to keep an error, and that fails without free files.
        self._broken = Event()
        self._error: BaseException | None = None
        self._loads = [_One(target, self._breaks) for target in targets]
        self._closed: dict[int, _One] = {}  # the engines for the closed loop, by server
        self._targets = targets
        self._connections = connections
        self._timeout_s = max(target.request_timeout_s for target in targets) + SPARE_S
        self._step = 0

    def spread(self, command: Spread) -> Slice:
        """Send each server the same number of requests; return when the last has ended.

        Raises:
            SliceError: the slice would be too long, or not every request has ended.
        """
        lasts_s = command.requests * len(self._loads) / command.rate
        if lasts_s > LONGEST_SLICE_S:
            raise SliceError(
                f"the requests of a slice would take {lasts_s:.0f} s; "
                f"at most {LONGEST_SLICE_S} s are possible"
            )
        for one in self._loads:
            one.have(self._connections)
            one.counts()
        self._step += 1
        orders = spread(len(self._loads), command.requests, command.seed)
        began_ns = perf_counter_ns() + LEAD_NS
        schedules = [Places(places, began_ns, 1e9 / command.rate) for places in orders]
        for one, schedule in zip(self._loads, schedules, strict=True):
            one.load.keep(schedule)  # first: without a schedule all users would begin at once
            one.load.enter(self._step, held=False)
        self._pass(lasts_s)
        self._await(
            lambda: not any(schedule.left for schedule in schedules) and not self._busy,
            self._timeout_s,
        )
        duration_s = (perf_counter_ns() - began_ns) / 1e9
        idle = self._rest(self._loads)
        counts = [one.counts() for one in self._loads]
        for place, counted in enumerate(counts):
            if not counted.began == counted.ended == command.requests:
                raise SliceError(
                    f"server {place}: {counted.began} requests began and {counted.ended} ended, "
                    f"not {command.requests}",
                    place,
                )
        return Slice(
            servers=tuple(_served(counted) for counted in counts), duration_s=duration_s, idle=idle
        )

    def saturate(self, command: Saturate) -> Slice:
        """Load one server alone in a closed loop; return when the last request has ended.

        Raises:
            SliceError: there is no such server, or a request has not ended.
        """
        if command.server >= len(self._loads):
            raise SliceError(
                f"there is no server {command.server}: {len(self._loads)} were aimed at, from 0"
            )
        one = self._closed.get(command.server)
        if one is None:
            one = self._closed[command.server] = _One(self._targets[command.server], self._breaks)
        one.have(command.connections)
        one.counts()
        self._step += 1
        one.load.enter(self._step, held=True)
        began_ns = perf_counter_ns()
        one.load.go()
        self._pass(command.seconds)
        duration_s = (perf_counter_ns() - began_ns) / 1e9
        idle = self._rest([one])
        self._await(lambda: not self._busy, self._timeout_s)
        return Slice(servers=(_served(one.counts()),), duration_s=duration_s, idle=idle)

    def shut(self) -> None:
        """Close all connections."""
        for one in self._all:
            one.load.shut()

    @property
    def _all(self) -> list[_One]:
        return [*self._loads, *self._closed.values()]

    @property
    def _busy(self) -> int:
        return sum(one.load.busy for one in self._all)

    def _rest(self, loads: Sequence[_One]) -> float:
        """Begin no more requests; the share of the time since the start without work."""
        idle = min(one.load.health().idle or 0.0 for one in loads)
        self._step += 1
        for one in loads:
            one.rest(self._step)
        return idle

    def _breaks(self, error: BaseException) -> None:
        self._error = error
        self._broken.set()

    def _pass(self, seconds: float) -> None:
        """Let this time pass. Raises the error of an engine."""
        self._broken.wait(seconds)
        if self._error is not None:
            raise self._error

    def _await(self, over: Callable[[], bool], within_s: float) -> None:
        """Wait until a slice is over.

        Raises:
            SliceError: it is not, after `within_s`.
        """
        end = monotonic() + within_s
        while not over():
            if monotonic() > end:
                self._rest(self._all)
                raise SliceError(
                    f"{self._busy} requests had not ended {within_s:g} s after the last"
                )
            self._pass(POLL_S)


def _served(counted: StepTally) -> Served:
    return Served(
        requests=counted.ended,
        failures=dict(counted.failures),
        completed=counted.completed,
        connects=counted.connects,
        histogram=histogram(counted.latencies),
    )
