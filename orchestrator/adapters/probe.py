"""Verification's dialogue with a service, through the program in its container (`inside.py`).

The service's responses are parsed here, with the load's own reader, and under one deadline on the
lab's clock. As a program, this file asks a server on this machine: ``python -m
orchestrator.adapters.probe PORT SECONDS PATH ...``
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from secrets import token_hex
from time import monotonic
from typing import TypeVar

import msgspec

from labwire.exchange import Request
from labwire.response import ProtocolError, ResponseReader, TruncatedError
from orchestrator.adapters.pipes import LocalPipe, Pipe
from orchestrator.adapters.told import Bytes, Connected, Facts, Refused, Sizes, Told
from orchestrator.contract import Answer, Probe, normalized

LINE_LIMIT = 4 * 1024 * 1024
"""Longest line in bytes; the facts of any installation are far shorter."""
SPARE_S = 5
"""Seconds after the lab's deadline at which the program inside ends by itself."""


class NoAnswer(Exception):
    """Why there is no answer, in words; ``ended``: the program inside ended by itself."""

    def __init__(self, reason: str, *, ended: bool = False) -> None:
        super().__init__(reason)
        self.ended = ended


T = TypeVar("T", Connected, Bytes, Facts, Sizes)


Start = Callable[[Sequence[str]], AbstractContextManager[Pipe]]
"""Starts the program inside with these arguments."""


@contextmanager
def dialogue(start: Start, port: int, within_s: float) -> Iterator[Dialogue]:
    """Start the program inside, for a dialogue with one deadline for all of it."""
    deadline = monotonic() + within_s
    mark = f"lab-{token_hex(8)}:"  # random, so that no other output has it
    with start([mark, str(port), str(int(within_s) + SPARE_S)]) as pipe:
        yield Dialogue(pipe, mark.encode(), port, within_s, deadline)


class Dialogue:
    """Commands to the program inside and its replies, until a deadline."""

    def __init__(
        self, pipe: Pipe, mark: bytes, port: int, within_s: float, deadline: float
    ) -> None:
        self._pipe = pipe
        self._mark = mark
        self._port = port
        self._within_s = within_s
        self._deadline = deadline
        self._unread = b""
        self._noise = b""
        self._connection = 0
        self._awaited = ""

    def probe(self, requests: Sequence[Request]) -> Probe:
        """Send each request twice, on one connection if it stays open; then ask for the facts.

        Raises:
            NoAnswer: with the reason.
        """
        answers: list[Answer] = []
        times: list[float] = []
        for request in requests:
            self._connect()
            for again in (False, True):
                if again and not answers[-1].keep_alive:
                    self._connect()
                answer, at = self._ask(request, kept=again and answers[-1].keep_alive)
                answers.append(answer)
                times.append(at)
        self._tell("facts", "the list of installed packages did not come")
        facts = self._hear(Facts)
        return Probe(
            answered_at=times[0],
            answers=tuple(answers),
            python=facts.python,
            distributions={normalized(name): it for name, it in facts.distributions.items()},
            nofile=facts.nofile,
        )

    def in_turn(self, requests: Sequence[Request]) -> tuple[Answer, ...]:
        """Send these requests, each when the service has nothing more to do.

        Otherwise the next request sometimes comes before the service has ended its work on the last
        one, and is served in another way (Tornado: with 1 to 3 % fewer instructions). A connection
        is used again if it stays open. If not, it is closed before the service's rest is awaited: a
        server may sleep until its client has closed, and then go on to work (gunicorn 27 does).

        Raises:
            NoAnswer: with the reason.
        """
        answers: list[Answer] = []
        for request in requests:
            kept = bool(answers) and answers[-1].keep_alive
            if not kept:
                self._tell("close", "the last connection was to be closed")
                self._tell("rest", "the service's rest was awaited")
                self._connect()
            self._tell("rest", "the service's rest was awaited")
            answers.append(self._ask(request, kept=kept)[0])
        return tuple(answers)

    def sizes(self) -> dict[str, int | None]:
        """Bytes on disk of each installed distribution.

        Raises:
            NoAnswer: with the reason.
        """
        self._tell("sizes", "the sizes did not come")
        return self._hear(Sizes).sizes

    def _connect(self) -> None:
        self._tell("connect", "nothing listened")
        self._connection += 1
        while self._hear(Connected).connection != self._connection:
            pass

    def _ask(self, request: Request, *, kept: bool) -> tuple[Answer, float]:
        """An answer, and when its last byte came; ``kept``: on a connection that was kept alive."""
        data = b64encode(request.encoded(f"127.0.0.1:{self._port}")).decode()
        self._tell(f"send {data}", f"{request}: no byte of an answer came")
        reader, at, came = ResponseReader(), 0.0, 0
        while not reader.complete:
            told = self._hear(Bytes)
            if told.connection != self._connection:
                continue  # the end of an earlier connection
            came, at = came + len(told.data), told.at
            self._awaited = f"{request}: {came} bytes of an answer came, but not its end"
            try:
                if told.data:
                    reader.feed(told.data)
                else:
                    reader.eof()
            except TruncatedError as error:
                why = f" ({told.why})" if told.why else ""
                broken = (
                    ", but the answer before it said that the connection stays open" if kept else ""
                )
                raise NoAnswer(f"{request}: {error}{why}{broken}") from error
            except ProtocolError as error:
                raise NoAnswer(f"{request}: the answer is invalid HTTP: {error}") from error
        answer = Answer(
            request=request,
            status=reader.status,
            content_type=reader.content_type.decode("latin-1"),
            body=reader.body,
            keep_alive=reader.reusable,
        )
        return answer, at

    def _tell(self, command: str, awaited: str) -> None:
        self._awaited = awaited
        with suppress(OSError):  # it has ended; its last output is still to be read
            self._pipe.send(f"{command}\n".encode())

    def _hear(self, kind: type[T]) -> T:
        """The next reply of this kind."""
        while True:
            line = self._line()
            try:
                told: Told = msgspec.json.decode(line, type=Told)
            except msgspec.MsgspecError as error:
                raise NoAnswer(
                    f"the program in the container printed an invalid reply: {error}"
                ) from error
            if isinstance(told, Refused):
                self._awaited = f"nothing listened: {told.why}"
            elif isinstance(told, kind):
                return told

    def _line(self) -> bytes:
        """The next line with the mark, without it; the last other line is kept as noise."""
        while True:
            line, end, rest = self._unread.partition(b"\n")
            if end:
                self._unread = rest
                if line.startswith(self._mark):
                    return line[len(self._mark) :]
                self._noise = line.strip() or self._noise
                continue
            if len(line) > LINE_LIMIT:
                raise NoAnswer("the program in the container printed a line of more than 4 MiB")
            self._unread += self._piece()

    def _piece(self) -> bytes:
        left_s = self._deadline - monotonic()
        try:
            if left_s <= 0:
                raise TimeoutError
            piece = self._pipe.receive(left_s)
        except TimeoutError:
            raise NoAnswer(
                f"no verified answer on port {self._port} within {self._within_s:g} s "
                f"({self._awaited})"
            ) from None
        except OSError as error:
            raise NoAnswer(f"no verified answer ({error})") from error
        if not piece:
            said = (self._unread.strip() or self._noise).decode(errors="replace")[-300:]
            raise NoAnswer(
                f"the program in the container ended: {said or 'it said nothing'}", ended=True
            )
        return piece


def main(port: str, seconds: str, *paths: str) -> int:
    """Print what a server on this machine answers to GET; facts are those of this Python."""
    try:
        with dialogue(LocalPipe, int(port), float(seconds)) as it:
            found = it.probe([Request(path=path) for path in paths])
    except NoAnswer as reason:
        print(reason, file=sys.stderr)
        return 1
    print(msgspec.json.encode(found).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
