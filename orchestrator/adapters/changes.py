"""Differences between a commit and the current files: git's paths, Compose's containers."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.adapters import command
from orchestrator.adapters.compose import CONFIG_WITHIN_S, INSTALL, ROLE
from orchestrator.adapters.contained import SERVER
from orchestrator.changed import Definitions
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.files.manifests import named_folders
from orchestrator.model.blocks import COMPOSE_FILE


def fork_point(root: Path, revision: str) -> str:
    """The commit at which the work in ``root`` left ``revision``: their merge base.

    Raises:
        EnvironmentMissing: git is missing, or ``root`` is not a checkout.
        UsageError: the commit is not here, or has no commit in common with HEAD.
    """
    head = _git(root, "rev-parse", "--verify", "HEAD^{commit}")
    if head.returncode != 0:
        raise EnvironmentMissing(
            f"{root} is not a git checkout with a commit ({_said(head)}); run this in a clone"
        )
    name = f"{revision}^{{commit}}"
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    if commit.returncode != 0:
        raise UsageError(f"--since {revision}: there is no such commit here; {_remedy(root)}")
    base = _git(root, "merge-base", _text(commit.stdout), "HEAD")
    if base.returncode != 0:
        raise UsageError(
            f"--since {revision}: it has no commit in common with HEAD; {_remedy(root)}"
        )
    return _text(base.stdout)


def changed_paths(root: Path, commit: str) -> tuple[str, ...]:
    """Every path below ``root`` that differs from ``commit``, sorted; also new files.

    This includes changes that are not committed or staged, and files that git does not track, but
    not those that it ignores. A file that was moved counts as two paths.

    Raises:
        EnvironmentMissing: git cannot list them.
    """
    differ = _listed(root, "diff", "--relative", "--name-only", "--no-renames", "-z", commit, "--")
    new = _listed(root, "ls-files", "--others", "--exclude-standard", "-z")
    return tuple(sorted(differ | new))


def services_at(root: Path, commit: str) -> tuple[str, ...]:
    """The services of a commit, sorted: the folders that have a manifest.

    Raises:
        EnvironmentMissing: git cannot list them.
    """
    files = _listed(root, "ls-tree", "-r", "-z", "--name-only", commit, "--", "services/")
    found = (
        re.fullmatch(r"services/([^_/][^/]*(?:/[^/]+)?)/service\.toml", path) for path in files
    )
    return tuple(named_folders(one[1] for one in found if one))


def definitions_at(root: Path, commit: str) -> Definitions | None:
    """A commit's compose file as it resolves; None as in `definitions`, or without a file."""
    done = _git(root, "show", f"{commit}:./{COMPOSE_FILE}")
    return definitions(root, done.stdout) if done.returncode == 0 else None


def definitions_now(root: Path) -> Definitions | None:
    """The current compose file as it resolves; None as in `definitions`, or without a file."""
    try:
        return definitions(root, (root / COMPOSE_FILE).read_bytes())
    except FileNotFoundError:
        return None


def definitions(root: Path, text: bytes) -> Definitions | None:
    """What a compose file resolves to, with variables not replaced; needs no engine.

    None if Compose is missing or refuses the file: then anything may have changed.

    Raises:
        EnvironmentMissing: Compose does not answer.
    """
    words = ("--file", "-", "--project-directory", str(root), "--profile", "*")
    how = ("config", "--no-interpolate", "--format", "json")
    try:
        done = command.run(
            ["docker", "compose", *words, *how],
            within_s=CONFIG_WITHIN_S,
            remedy=INSTALL,
            cwd=root,
            stdin=text,
        )
    except command.NotThere:
        return None
    try:
        return by_role(json.loads(done.stdout)) if done.returncode == 0 else None
    except ValueError:
        return None


def by_role(config: Mapping[str, Any]) -> Definitions:
    """Split the output of ``docker compose config --format json`` into frameworks and rest."""
    services = config.get("services") or {}
    frameworks = {
        name: service
        for name, service in services.items()
        if (service.get("labels") or {}).get(ROLE) == SERVER
    }
    others = {name: service for name, service in services.items() if name not in frameworks}
    # Extension blocks (x-...) take effect only in the blocks that use them.
    settings = {
        key: value
        for key, value in config.items()
        if key != "services" and not key.startswith("x-")
    }
    return Definitions(frameworks=frameworks, rest=(others, settings))


def _remedy(root: Path) -> str:
    shallow = _git(root, "rev-parse", "--is-shallow-repository")
    if _text(shallow.stdout) == "true":
        return (
            "this clone has only a part of the history: `git fetch --unshallow` fetches the rest "
            "(in a workflow, give the checkout fetch-depth: 0)"
        )
    return "`git fetch` gets the remote's commits; `git log` lists those that are here"


def _listed(root: Path, *words: str) -> set[str]:
    done = _git(root, *words)
    if done.returncode != 0:
        raise EnvironmentMissing(
            f"`git {words[0]}` failed, so the changes are unknown: {_said(done)}"
        )
    return {os.fsdecode(path) for path in done.stdout.split(b"\0") if path}


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return command.run(
        ["git", "-C", str(root), *words],
        within_s=command.GIT_WITHIN_S,
        remedy="install git, which lists the changes (Debian: `apt install git`)",
    )


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return _text(done.stderr).removeprefix("fatal: ") or f"exit code {done.returncode}"


def _text(output: bytes) -> str:
    return output.decode(errors="replace").strip()
