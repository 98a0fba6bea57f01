"""Makes locks with uv, which is installed beside the lab's own packages."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.adapters import command as programs
from orchestrator.errors import EnvironmentMissing
from orchestrator.files.lock_file import COMPILE, LOCK, WANTED
from orchestrator.world.resolver import NotResolved

UV = Path(sys.executable).with_name("uv")
INSTALL = "`make update` installs it into .venv"
WITHIN_S = 300
NEWEST_WHEELS = ("--upgrade", "--prerelease", "disallow", "--only-binary", ":all:")
NO_ANSWER = ("error sending request", "dns error", "operation timed out")
"""Words in what uv says if it reached no index."""
SHOWN = 1_000
"""Most characters of uv's explanation in a message."""


def newest(folder: Path, command: str, above: str | None = None) -> str:
    """The text of a lock with the newest stable releases, as wheels only; writes nothing in it.

    Without ``-o`` uv prints the lock, and the variable puts the usual command into its head.

    Args:
        above: what ``../requirements.txt`` shall be instead; then uv works in a copy.

    Raises:
        NotResolved: no versions go together, or the index does not have a package.
        EnvironmentMissing: uv is missing, or no index answers.
    """
    if above is None:
        return _compiled(folder, command)
    with TemporaryDirectory() as there:
        copy = Path(there) / folder.name
        copy.mkdir()
        shutil.copy(folder / WANTED, copy)
        (copy.parent / LOCK).write_text(above)
        return _compiled(copy, command)


def _compiled(folder: Path, command: str) -> str:
    """What uv prints in this folder.

    Raises:
        NotResolved, EnvironmentMissing: as `newest`.
    """
    options = command.split()[len(COMPILE) : -2]  # without `-o requirements.txt`
    done = programs.run(
        [str(UV), *COMPILE[1:], *options, *NEWEST_WHEELS, "--no-progress"],
        within_s=WITHIN_S,
        remedy=INSTALL,
        cwd=folder,
        environment={"UV_CUSTOM_COMPILE_COMMAND": command, "UV_PYTHON_DOWNLOADS": "never"},
    )
    if done.returncode == 0:
        return done.stdout.decode()
    why = reason(programs.said(done))
    if any(words in why for words in NO_ANSWER):
        raise EnvironmentMissing(
            f"uv reached no package index ({why}); check the network, or name an index in the "
            "variable UV_DEFAULT_INDEX. No lock was changed"
        )
    raise NotResolved(why)


def reason(said: str) -> str:
    """Why uv failed, in one line: its error and the causes, without its warnings.

    Args:
        said: what it printed on stderr.
    """
    lines = [line.strip() for line in said.splitlines()]
    begin = next((n for n, line in enumerate(lines) if line.startswith("error:")), 0)
    told = [line.removeprefix("error:").removeprefix("cause:").strip() for line in lines[begin:]]
    return "; ".join(filter(None, told))[:SHOWN] or "uv gave no reason"
