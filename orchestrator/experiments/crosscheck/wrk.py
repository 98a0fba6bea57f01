"""Runs wrk in a container beside a service, and counts the requests that reach the service."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from labwire.expectation import Expectation, Method, Request, RightAnswer
from orchestrator.errors import TrialFailed
from orchestrator.experiments.crosscheck.plan import CrossCheckPlan
from orchestrator.experiments.crosscheck.record import CrossCheckSettings, Seen, WrkSlice
from orchestrator.model.entry import PORT, ContainerSpec
from orchestrator.ports import Container, Engine

# Seconds that a container may take to start and to end, in addition to its work.
SPARE_S = 30.0
# Seconds that wrk waits first. The engine may be busy right after it has started a container.
# Locust's users begin seconds after their container; wrk would measure that moment, too.
REST_S = 1
TABLE = ("table", "ip", "crosscheck")  # in requests.nft

T = TypeVar("T")


class Wrk:
    """Runs wrk with one thread, one slice at a time, in the place of a Locust worker."""

    def __init__(self, engine: Engine, spec: ContainerSpec, plan: CrossCheckPlan) -> None:
        self._engine = engine
        self._spec = spec
        self._settings = plan.settings
        self._inside = plan.loading.placement.one_namespace
        self._timeout_s = plan.loading.profile.request_timeout_s

    def slice(self, server: Container, expectation: Expectation, *, compared: bool) -> WrkSlice:
        """One slice; ``compared``: compare every answer with the contract, which takes time.

        Raises:
            TrialFailed: wrk could not connect, or did not print its counts.
        """
        target = "127.0.0.1" if self._inside else server.host
        right = expectation.right if compared else None
        words = wrk_command(target, expectation.request, right, self._settings, self._timeout_s)
        said = self._engine.output(
            self._spec,
            words,
            beside=server if self._inside else None,
            within_s=REST_S + self._settings.seconds + SPARE_S,
        )
        return wrk_slice(said, compared=compared)


class RequestCounter:
    """Lets the kernel count the requests that reach a server.

    nftables rules in the server's own network namespace count, so no code of a framework takes
    part. The rules cost time for each segment, so they exist only between `begin` and `end`.
    """

    def __init__(self, engine: Engine, spec: ContainerSpec) -> None:
        self._engine = engine
        self._spec = spec

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
    """The command for wrk: after a rest, one thread, counts printed as JSON.

    Args:
        right: what every answer is compared with; None if nothing is compared.
    """
    return [
        *("sh", "-c", f'sleep {REST_S} && exec "$@"', "sh"),
        "wrk",
        "--threads=1",
        f"--connections={settings.connections}",
        f"--duration={settings.seconds}s",
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


def wrk_slice(said: str, *, compared: bool) -> WrkSlice:
    """What wrk printed, as numbers; ``wrong`` is None unless it compared.

    Raises:
        TrialFailed: the line of ``wrk.lua`` is missing or malformed.
    """
    lines = [line for line in said.splitlines() if line.startswith('{"wrk"')]
    if len(lines) != 1:
        raise TrialFailed("wrk did not print its counts", said)
    told = _decoded(lines[0], _Told)
    return WrkSlice(
        requests=told.requests,
        duration_s=told.duration_us / 1e6,
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
