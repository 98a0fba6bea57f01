"""Lines of text to and from the program of a container."""

from __future__ import annotations

from time import monotonic

from orchestrator.adapters.docker_container import DockerContainer
from orchestrator.adapters.pipes import Pipe
from orchestrator.errors import TrialFailed

ENDED_WITHIN_S = 5.0
"""Seconds after the end of a program's output until the engine knows its exit code."""
LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of a line after which its program is out of order; events have some kilobytes."""


class LineConversation:
    """A running container whose stdin and stdout the lab has."""

    def __init__(self, container: DockerContainer, pipe: Pipe) -> None:
        self.container = container
        self._pipe = pipe
        self._unread = b""

    def say(self, line: str) -> None:
        """Write a line to the program's stdin.

        Raises:
            TrialFailed: the program has ended.
        """
        try:
            self._pipe.send(line.encode() + b"\n")
        except OSError as error:
            raise self._ended() from error

    def hear(self, within_s: float) -> str:
        """The next line of its stdout, without the line break.

        Raises:
            TrialFailed: it ended, or said nothing in time.
        """
        end = monotonic() + within_s
        while b"\n" not in self._unread:
            try:
                data = self._pipe.receive(max(end - monotonic(), 0.001))
            except TimeoutError as error:
                raise TrialFailed(
                    f"{self._who} said nothing for {within_s:g} s", self.container.last_words()
                ) from error
            except OSError as error:
                raise self._ended() from error
            if not data:
                raise self._ended()
            if len(self._unread) > LONGEST_LINE:
                raise TrialFailed(
                    f"{self._who} printed a line of more than {LONGEST_LINE >> 20} MiB",
                    self.container.last_words(),
                )
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode(errors="replace").rstrip("\r")

    @property
    def _who(self) -> str:
        return self.container.service

    def _ended(self) -> TrialFailed:
        code = self.container.wait(ENDED_WITHIN_S)
        reason = f"{self._who} ended with exit code {code} while the lab waited for it"
        return TrialFailed(reason, self.container.last_words())
