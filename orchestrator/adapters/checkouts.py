"""What ``path:`` names: a checkout or a wheel of a distribution, on its way into an image."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from orchestrator.adapters import command
from orchestrator.adapters.revisions import REMEDY
from orchestrator.adapters.revisions import commit as commit_of
from orchestrator.errors import TrialFailed

PROJECT = ("pyproject.toml", "setup.py")
_LEFT_OUT = {
    ".git", ".hg", ".tox", ".nox", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache",
    "node_modules",
}  # fmt: skip
# Of earlier builds. setuptools takes files from an old `build`, so it would be installed, too.
_BUILT = {"build", "dist"}


def located(text: str) -> Path:
    """The file or folder that a text of the command line means."""
    return Path(text).expanduser().resolve()


def problem(path: Path) -> str:
    """Why this cannot be installed, in words; empty if it can be tried."""
    if path.is_dir():
        if any((path / name).is_file() for name in PROJECT):
            return ""
        return f"no {' and no '.join(PROJECT)} in it; name the folder that has one"
    if not path.exists():
        return "there is no such file or folder"
    if path.suffix != ".whl":
        return "neither a folder nor a wheel (.whl)"
    if len(path.name.split("-")) not in (5, 6):
        return "a wheel has a name such as flask-3.0.3-py3-none-any.whl; pip reads it"
    return ""


def copy(path: Path, into: Path) -> tuple[str, str]:
    """Copy it into a new folder, without repositories, virtual environments and caches.

    Returns:
        What to install below ``into`` (``.`` for the folder itself), and what it is, in words.

    Raises:
        TrialFailed: it cannot be read.
    """
    try:
        if path.is_dir():
            shutil.copytree(path, into, symlinks=True, ignore=_ignored(path))
            return ".", _origin(path)
        into.mkdir()
        shutil.copy(path, into)
    except (OSError, shutil.Error) as error:
        raise TrialFailed(f"{path} cannot be copied: {error}") from error
    digest = hashlib.sha256((into / path.name).read_bytes()).hexdigest()
    name, version, *_ = path.name.split("-")
    return path.name, f"{name} {version} from the wheel {path.name}, sha256 {digest}"


def _ignored(top: Path) -> Callable[[str, list[str]], set[str]]:
    def ignored(folder: str, names: Iterable[str]) -> set[str]:
        here = Path(folder)
        return {name for name in names if name in _LEFT_OUT or _is_old(here / name, here == top)}

    return ignored


def _is_old(path: Path, at_top: bool) -> bool:
    """Whether it is a virtual environment, or what an earlier build left."""
    if not path.is_dir() or path.is_symlink():
        return False
    is_package = (path / "__init__.py").is_file()
    return (path / "pyvenv.cfg").is_file() or (at_top and path.name in _BUILT and not is_package)


def _origin(folder: Path) -> str:
    """The folder's name, and its commit if it is the top of a git checkout."""
    words = f"the folder {folder.name}"
    if not (folder / ".git").exists() or (commit := commit_of(folder, "HEAD")) is None:
        return words
    changes = command.run(
        ["git", "-C", str(folder), "status", "--porcelain"],
        within_s=command.GIT_WITHIN_S,
        remedy=REMEDY,
    )
    return f"{words} at commit {commit}" + (", with changes" if changes.stdout else "")
