"""Keeps wrk ready: each line on stdin makes one slice, and "turn" begins the line that ends it.

A line has the seconds for which wrk sends requests, and the most seconds in which it may open its
connections. The first argument is their number; the others are wrk's. wrk takes whole seconds only,
and slices are shorter. So SIGINT ends a slice: wrk then prints its counts and the real duration, as
it does after Ctrl-C.

"turn" is followed by wrk's exit code and, unless wrk did not open all its connections in time, by
two numbers of seconds: from the moment when all connections existed until wrk's counts came, and
within how many seconds that moment lies. wrk's own duration does not tell: it contains the time in
which wrk only connects, and that can be any time. The kernel is asked for the number of connections
every millisecond, but only until all exist, so nothing disturbs the requests.
"""

import os
import select
import signal
import subprocess
import sys
from time import monotonic
from typing import IO, cast

LOOKS_S = 0.001
ENDS_EVERY_S = 0.1
"""wrk looks this often, from the moment when all connections exist, whether it was interrupted.
Half such an interval before the slice's end is a safe moment for that."""
NO_CONNECTIONS = 4
"""Open files that are no connections: stdin, stdout, stderr, and the epoll of the one thread."""


class Turn:
    """One run of wrk."""

    def __init__(self, connections: int, arguments: "list[str]") -> None:
        self._files = connections + NO_CONNECTIONS
        self._wrk = subprocess.Popen(
            ["wrk", f"--connections={connections}", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._output = cast("IO[bytes]", self._wrk.stdout)

    def slice(self, seconds: float, open_within_s: float) -> str:
        """What wrk printed, and the line that ends the slice."""
        opened = self._opened(open_within_s)
        wait_s = 0.0 if opened is None else seconds - ENDS_EVERY_S / 2
        while not self._speaks(wait_s):
            # Not only once: wrk ignores SIGINT until its threads exist.
            self._wrk.send_signal(signal.SIGINT)
            wait_s = ENDS_EVERY_S
        spoke = monotonic()
        output, _ = self._wrk.communicate()
        words = ["turn", str(self._wrk.returncode)]
        if opened is not None:
            without, there = opened
            words += [f"{spoke - (without + there) / 2:.6f}", f"{there - without:.6f}"]
        return output.decode(errors="replace") + " ".join(words)

    def _opened(self, within_s: float) -> "tuple[float, float] | None":
        """The last moment when a connection was missing, and the first one when none was.

        None: wrk ended before, or the time was over.
        """
        without = begin = monotonic()
        while (looked := monotonic()) - begin < within_s:
            if self._open_files() >= self._files:
                return without, monotonic()
            without = looked
            # A look at many thousands of files takes milliseconds, which wrk may need itself.
            if self._speaks(max(LOOKS_S, monotonic() - looked)):
                break
        return None

    def _open_files(self) -> int:
        try:
            with os.scandir(f"/proc/{self._wrk.pid}/fd") as files:
                return sum(1 for _ in files)
        except OSError:  # it has ended
            return 0

    def _speaks(self, within_s: float) -> bool:
        """Wait for what wrk prints when it ends; whether it came."""
        return bool(select.select([self._output], [], [], within_s)[0])


def main() -> None:
    """Make slices until stdin ends."""
    connections, *arguments = sys.argv[1:]
    for line in sys.stdin:
        seconds, open_within_s = map(float, line.split())
        said = Turn(int(connections), arguments).slice(seconds, open_within_s)
        sys.stdout.write(said + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
