"""Folders of the checkout as they were at a git revision."""

from __future__ import annotations

import subprocess
from pathlib import Path

from orchestrator.adapters import command
from orchestrator.errors import TrialFailed

REMEDY = "install git, which knows the revisions (Debian: `apt install git`)"


def commit(root: Path, revision: str) -> str | None:
    """The commit that a revision means, as 40 hexadecimal digits; None if there is none.

    Raises:
        EnvironmentMissing: git is missing.
    """
    name = f"{revision}^{{commit}}"
    done = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    return done.stdout.decode().strip() if done.returncode == 0 else None


def has_folder(root: Path, commit: str, folder: str) -> bool:
    """Whether a commit has this folder; ``folder`` is relative to ``root``.

    Raises:
        EnvironmentMissing: git is missing.
    """
    done = _git(root, "cat-file", "-t", f"{commit}:./{'' if folder == '.' else folder}")
    return done.stdout.strip() == b"tree"


def extract(root: Path, commit: str, folder: str, into: Path) -> None:
    """Write a commit's folder below ``into``, with its path relative to ``root``.

    Raises:
        TrialFailed: git or tar refused.
    """
    # With the usual modes of a checkout, so that cached layers of the same files are used.
    archive = ("archive", "--format=tar", commit, "--", folder)
    done = _git(root, "-c", "tar.umask=0022", *archive)
    if done.returncode != 0:
        raise TrialFailed(f"`git archive {commit[:12]} {folder}` failed: {command.said(done)}")
    unpacked = command.run(
        ["tar", "-x", "-C", str(into)],
        within_s=command.GIT_WITHIN_S,
        remedy="install tar",
        stdin=done.stdout,
    )
    if unpacked.returncode != 0:
        raise TrialFailed(f"`tar -x` in {into} failed: {command.said(unpacked)}")


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return command.run(
        ["git", "-C", str(root), *words], within_s=command.GIT_WITHIN_S, remedy=REMEDY
    )
