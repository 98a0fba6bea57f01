"""The program: reads commands from stdin, carries them out one at a time, writes the answers.

A command that cannot be carried out is answered by `Failed`. Any other error ends the program with
its traceback on stderr. It also ends when its stdin does, or when no command comes for long.
"""

import sys
import traceback
from time import monotonic

import gevent
from gevent.os import make_nonblocking, nb_read
from gevent.queue import Empty, SimpleQueue

from labload.engine.target import Target
from labload.slices.loads import Loads, SliceError
from labload.slices.ready import NotReadyError, ready
from labload.workloads import contract_path
from labwire.contract import read_contract
from labwire.expectation import Expectation
from labwire.slices import Aim, Aimed, Answer, Failed, Spread, decode_command, encode

AT_ONCE = 65_536
IDLE_LIMIT_S = 1800.0
"""The program ends after so long without a command: whoever started it is gone."""
EXIT_FAILED = 3


class Program:
    """What the program has been aimed at, if it has."""

    def __init__(self) -> None:
        self._loads: Loads | None = None

    def answer(self, line: bytes) -> Answer:
        """Carry out the command of this line."""
        try:
            command = decode_command(line)
            if isinstance(command, Aim):
                return self._aim(command)
            if self._loads is None:
                raise SliceError("it is not aimed at any server")
            if isinstance(command, Spread):
                return self._loads.spread(command)
            return self._loads.saturate(command)
        except SliceError as error:
            return Failed(reason=str(error), server=error.server)
        except ValueError as error:
            return Failed(reason=str(error))

    def _aim(self, command: Aim) -> Aimed:
        if self._loads is not None:
            self._loads.shut()
            self._loads = None
        contract = read_contract(contract_path())
        if command.workload not in contract:
            raise SliceError(f"the contract has no workload {command.workload!r}")
        end = monotonic() + command.within_s
        timeouts = command.connect_timeout_s, command.request_timeout_s
        waits = [
            gevent.spawn(_attempt, url, contract[command.workload], *timeouts, end)
            for url in command.servers
        ]
        targets = []
        for place, (url, wait) in enumerate(zip(command.servers, waits, strict=True)):
            found = wait.get()
            if isinstance(found, NotReadyError):
                raise SliceError(
                    f"server {place} ({url}) did not give the right answer within "
                    f"{command.within_s:g} s: {found}",
                    place,
                )
            targets.append(found)
        self._loads = Loads(targets, command.connections)
        return Aimed()


def _attempt(
    url: str, expectation: Expectation, connect_s: float, request_s: float, end: float
) -> Target | NotReadyError:
    """As `ready`; the error is a value, because gevent would print it."""
    try:
        return ready(url, expectation, connect_s, request_s, end)
    except NotReadyError as error:
        return error


def main() -> int:
    """Obey until stdin ends, or until no command came for `IDLE_LIMIT_S`; returns the exit code."""
    lines: SimpleQueue[bytes] = SimpleQueue()
    # The first of the two to end ends the program, so a slice is not carried out to its end when
    # nobody waits for it any more.
    (ended,) = gevent.wait([gevent.spawn(_obey, lines), gevent.spawn(_read, lines)], count=1)
    return int(ended.value)


def _obey(lines: "SimpleQueue[bytes]") -> int:
    program = Program()
    try:
        while True:
            _write(encode(program.answer(lines.get(timeout=IDLE_LIMIT_S))))
    except Empty:
        return 0
    except Exception:  # noqa: BLE001 - written here, because gevent cannot without free files
        traceback.print_exc()
        return EXIT_FAILED


def _read(lines: "SimpleQueue[bytes]") -> int:
    make_nonblocking(sys.stdin.fileno())
    rest = b""
    while data := nb_read(sys.stdin.fileno(), AT_ONCE):
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            lines.put(line)
    return 0


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
