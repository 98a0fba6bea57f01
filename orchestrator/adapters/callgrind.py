"""Counts a server's instructions with callgrind, in the server's own container.

callgrind runs the server's program on a simulated CPU. `vgdb`, which belongs to valgrind, gives it
commands (https://valgrind.org/docs/manual/cl-manual.html). It works without any right that the
lab's containers lack. Its files lie in /tmp, since the rest of the file system is read-only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.errors import TrialFailed
from orchestrator.model.entry import ContainerSpec
from orchestrator.ports import UnderCallgrind

PRELUDE = "callgrind.py"
COUNTS = "/tmp/weblab-counts"  # noqa: S108 - in the container
PREFIX = "/tmp/weblab-vgdb"  # noqa: S108 - in the container
# Without instrumentation the program starts in a third of the time. `begin` switches it on, with
# all counts at zero.
OPTIONS = (
    "--tool=callgrind",
    "--trace-children=yes",
    "--instr-atstart=no",
    f"--callgrind-out-file={COUNTS}.%p",
    f"--vgdb-prefix={PREFIX}",
)

# Prints the ids of the processes under callgrind, sorted so that two lists can be compared.
_PROCESSES = rf"vgdb --vgdb-prefix={PREFIX} -l 2>&1 | sed -n 's/.*--pid=\([0-9]*\) .*/\1/p' | sort"
_TELL_EACH = (
    f"for pid in $({_PROCESSES}); do "
    f"vgdb --vgdb-prefix={PREFIX} --pid=$pid {{}} >&2 || exit; echo pid $pid; done"
)
_BEGIN = _TELL_EACH.format("instrumentation on")
_END = f"{_TELL_EACH.format('dump')}; cat {COUNTS}.*.* | grep ^totals:"

Run = Callable[[Sequence[str]], str]
"""Runs a command in the container; returns what it printed. Raises TrialFailed if it fails."""


def prelude(folder: str) -> str:
    """The text of ``callgrind.py`` in a service's folder; empty if it has none.

    It makes a program fit for valgrind, and then runs the file that its first argument names. The
    first line of its docstring is the note for people.
    """
    path = Path(folder) / PRELUDE
    return path.read_text() if folder and path.is_file() else ""


def wrapped(
    spec: ContainerSpec, entrypoint: Sequence[str], command: Sequence[str], before: str = ""
) -> UnderCallgrind:
    """The container with its program under callgrind.

    Args:
        entrypoint: that of its image.
        command: that of its image; the container's own takes precedence.
        before: the text of its ``callgrind.py``, if it has one.

    Raises:
        TrialFailed: there is such a text, but the program is not ``python FILE``.
    """
    program = (*entrypoint, *(spec.command or command))
    note = ""
    if before:
        if len(program) < 2 or program[0] != "python":
            raise TrialFailed(
                f"{spec.service}: its {PRELUDE} is for a program such as `python app.py`, "
                f"not for `{' '.join(program)}`"
            )
        program = ("python", "-c", before, *program[1:])
        note = (ast.get_docstring(ast.parse(before)) or "").partition("\n")[0]
    wrapped = replace(spec, entrypoint=("valgrind", *OPTIONS), command=program)
    return UnderCallgrind(container=wrapped, note=note)


class Callgrind:
    """Counts the instructions of all processes in a container that callgrind runs."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._processes: list[str] = []

    def begin(self) -> None:
        """Begin to count, in each process.

        Raises:
            TrialFailed: no process is under callgrind, or one does not obey.
        """
        said = self._run(["sh", "-c", _BEGIN])
        self._processes = processes(said)
        if not self._processes:
            raise TrialFailed("no process of the server runs under callgrind", said)

    def counted(self) -> int:
        """The instructions since `begin`.

        Raises:
            TrialFailed: a process has begun or ended meanwhile: its instructions are missing.
        """
        said = self._run(["sh", "-c", _END])
        if processes(said) != self._processes:
            raise TrialFailed(
                "a process of the server began or ended while its instructions were counted", said
            )
        found = totals(said)
        if len(found) != len(self._processes):
            raise TrialFailed("callgrind did not write the counts of each process", said)
        return sum(found)


def processes(said: str) -> list[str]:
    """The ids that the commands above print, one a line."""
    return re.findall(r"^pid (\d+)$", said, re.MULTILINE)


def totals(said: str) -> list[int]:
    """The instructions of each process, from callgrind's own files; all threads together."""
    return [int(count) for count in re.findall(r"^totals: (\d+)$", said, re.MULTILINE)]
