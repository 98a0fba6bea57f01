"""Keeps wrk ready beside a service, and asks the kernel what reaches the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

import msgspec

from labwire.exchange import Method, Request, RightAnswer
from labwire.expectation import Expectation
from orchestrator.errors import TrialFailed
from orchestrator.experiments.crosscheck.plan import CrossCheckPlan
from orchestrator.experiments.crosscheck.record import CrossCheckSettings, Seen, WrkSlice
from orchestrator.model.entry import PORT, ContainerSpec
from orchestrator.ports import Container, Conversation, Engine

# Seconds that a container may take to start and to end, in addition to its work.
SPARE_S = 30.0
# Seconds in which wrk may open its connections: over loopback, a thousand take about 0.2 s.
OPEN_WITHIN_S = 30.0
# A slice has a rate if the time in which wrk sent requests is known to this share of it.
KNOWN_WITHIN = 0.05
# wrk's own duration (whole seconds); the interrupt comes earlier.
LONGEST_S = 600
# Seconds within which a server must have closed the connections that a client has closed. A listen
# queue that is full delays some of them until TCP sends again: seconds, in the worst case.
QUIET_WITHIN_S = 30.0
TABLE = ("table", "ip", "crosscheck")  # in requests.nft

T = TypeVar("T")


class ReadyWrk:
    """wrk in a container that waits for the next slice."""

    def __init__(self, conversation: Conversation, timeout_s: float, *, compared: bool) -> None:
        self._conversation = conversation
        self._timeout_s = timeout_s
        self._compared = compared

    def slice(self, seconds: float) -> WrkSlice:
        """One slice, until wrk has printed its counts.

        Raises:
            TrialFailed: wrk could not connect, did not print its counts, or its container ended.
        """
        self._conversation.say(f"{seconds:g} {OPEN_WITHIN_S:g}")
        said: list[str] = []
        end = monotonic() + OPEN_WITHIN_S + seconds + self._timeout_s + SPARE_S
        while True:
            line = self._conversation.hear(max(end - monotonic(), 0.001))
            if line.startswith("turn "):
                return wrk_slice("\n".join(said), sending_s(line), compared=self._compared)
            said.append(line)


class Wrk:
    """Runs wrk with one thread, one slice at a time, in the place of a Locust worker."""

    def __init__(self, engine: Engine, spec: ContainerSpec, plan: CrossCheckPlan) -> None:
        self._engine = engine
        self._spec = spec
        self._settings = plan.settings
        self._inside = plan.loading.placement.one_namespace
        self._timeout_s = plan.loading.profile.request_timeout_s

    @contextmanager
    def ready(
        self, server: Container, expectation: Expectation, *, compared: bool
    ) -> Iterator[ReadyWrk]:
        """Keep wrk ready; ``compared``: compare every answer with the contract, which takes time.

        Raises:
            TrialFailed: the engine refused its container.
        """
        target = "127.0.0.1" if self._inside else server.host
        right = expectation.right if compared else None
        words = wrk_command(target, expectation.request, right, self._settings, self._timeout_s)
        beside = server if self._inside else None
        with self._engine.conversation(self._spec, words, beside=beside) as conversation:
            yield ReadyWrk(conversation, self._timeout_s, compared=compared)


class ConnectionWatch:
    """Sees a server's connections, from a container in its network namespace."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def until_quiet(self, client: str) -> None:
        """Return when the server has no connection left from a slice of ``client``.

        Raises:
            TrialFailed: it keeps connections that their client has closed.
        """
        self._conversation.say(f"{PORT} {QUIET_WITHIN_S:g}")
        said = self._conversation.hear(QUIET_WITHIN_S + SPARE_S)
        left, _, rest = said.partition(" ")
        if not left.isdecimal():
            raise TrialFailed("the server's connections could not be listed", said)
        if int(left):
            states = rest.partition(" ")[2]
            raise TrialFailed(
                f"the server still has {left} connections {QUIET_WITHIN_S:g} s after a slice of "
                f"{client} ({states})"
            )


class RequestCounter:
    """Lets the kernel count the requests that reach a server.

    nftables rules in the server's own network namespace count, so no code of a framework takes
    part. The rules cost time for each segment, so they exist only between `begin` and `end`.
    """

    def __init__(self, engine: Engine, spec: ContainerSpec, watcher: ContainerSpec) -> None:
        """``watcher``: a container without rights, for `watch`."""
        self._engine = engine
        self._spec = spec
        self._watcher = watcher

    @contextmanager
    def watch(self, server: Container) -> Iterator[ConnectionWatch]:
        """See the server's connections during the block.

        Raises:
            TrialFailed: the engine refused the container.
        """
        words = ["python3", "/lab/quiet.py"]
        with self._engine.conversation(
            self._watcher, words, beside=server, suffix="-watch"
        ) as conversation:
            yield ConnectionWatch(conversation)

    def begin(self, server: Container) -> None:
        """Start to count.

        Raises:
            TrialFailed: this kernel does not accept the rules.
        """
        self._nft(server, "-f", "/lab/requests.nft")

    def seen(self, server: Container) -> Seen:
        """The counts since `begin`.

        Raises:
            TrialFailed: the server has ended, and its counts with it.
        """
        return seen(self._nft(server, "-j", "list", "counters", *TABLE))

    def end(self, server: Container) -> None:
        """Remove the rules.

        Raises:
            TrialFailed: the server has ended, and its counts with it.
        """
        self._nft(server, "delete", *TABLE)

    def _nft(self, server: Container, *words: str) -> str:
        return self._engine.output(self._spec, ["nft", *words], beside=server, within_s=SPARE_S)


def tools(engine: Engine, spec: ContainerSpec) -> tuple[str, ...]:
    """The versions of wrk and nftables, as Debian names them."""
    words = ["dpkg-query", "--show", "--showformat=${Package} ${Version}\n", "wrk", "nftables"]
    return tuple(engine.output(spec, words, within_s=SPARE_S).splitlines())


def wrk_command(
    target: str,
    request: Request,
    right: RightAnswer | None,
    settings: CrossCheckSettings,
    timeout_s: float,
) -> list[str]:
    """The command that keeps wrk ready: one thread, counts printed as JSON.

    Args:
        right: what every answer is compared with; None if nothing is compared.
    """
    return [
        *("python3", "/lab/turns.py", str(settings.connections)),
        "--threads=1",
        f"--duration={LONGEST_S}s",
        f"--timeout={timeout_s:.0f}s",
        "--script=/lab/wrk.lua",
        f"http://{target}:{PORT}{request.path}",
        *_for_the_script(request, right),
    ]


def _for_the_script(request: Request, right: RightAnswer | None) -> list[str]:
    """What ``wrk.lua`` is told, in pairs. wrk sets no header but Host and Content-Length itself."""
    words = ["--"]
    if request.method is not Method.GET:
        words += ["method", str(request.method)]
    for name, value in request.sent_headers:
        words += ["header", f"{name}: {value}"]
    if request.says_length:
        words += ["body", request.body.decode()]
    if right is not None:
        words += ["status", str(right.status), "answer", right.body.decode()]
    return words


def sending_s(line: str) -> float | None:
    """Seconds for which wrk sent requests, by the line with which ``turns.py`` ends a slice.

    None if it is not known well enough: wrk did not open all its connections, or the look at them
    came late, because the CPU was busy.
    """
    _, _code, *times = line.split()
    if not times:
        return None
    seconds, unsure = map(float, times)
    return seconds if unsure / 2 <= KNOWN_WITHIN * seconds else None


def wrk_slice(said: str, sending_s: float | None, *, compared: bool) -> WrkSlice:
    """What wrk printed, as numbers.

    Args:
        sending_s: seconds for which it sent requests; None: unknown.
        compared: whether it compared the answers; if not, ``wrong`` is None.

    Raises:
        TrialFailed: the line of ``wrk.lua`` is missing or malformed.
    """
    lines = [line for line in said.splitlines() if line.startswith('{"wrk"')]
    if len(lines) != 1:
        raise TrialFailed("wrk did not print its counts", said)
    told = _decoded(lines[0], _Told)
    duration_s = told.duration_us / 1e6
    return WrkSlice(
        requests=told.requests,
        duration_s=duration_s,
        setup_s=None if sending_s is None else max(0.0, duration_s - sending_s),
        received_bytes=told.bytes,
        connect_errors=told.errors.connect,
        read_errors=told.errors.read,
        write_errors=told.errors.write,
        late=told.errors.timeout,
        bad_status=told.errors.status,
        wrong=told.wrong if compared else None,
    )


def seen(said: str) -> Seen:
    """The counters that ``nft -j list counters`` printed.

    Raises:
        TrialFailed: the counters of ``requests.nft`` are missing.
    """
    listed = _decoded(said, _Listed).nftables
    packets = {
        item.counter.name: item.counter.packets for item in listed if item.counter is not None
    }
    if missing := {"requests", "segments"} - set(packets):
        raise TrialFailed(f"the output of nft has no counter {', '.join(sorted(missing))}", said)
    return Seen(requests=packets["requests"], segments=packets["segments"])


class _Errors(msgspec.Struct):
    connect: int
    read: int
    write: int
    timeout: int
    status: int


class _Told(msgspec.Struct):
    requests: int
    duration_us: int
    bytes: int
    errors: _Errors
    wrong: int


class _Counter(msgspec.Struct):
    name: str
    packets: int


class _Item(msgspec.Struct):
    counter: _Counter | None = None


class _Listed(msgspec.Struct):
    nftables: list[_Item]


def _decoded(text: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise TrialFailed(f"unexpected output: {error}: {text[:200]}") from error
