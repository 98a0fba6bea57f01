"""Carries out the steps of the workflow for a pull request, as they stand in its file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

IDENTITY = ("-c", "user.name=x", "-c", "user.email=x@example.org")
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What GitHub runs for `shell: bash`."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How the steps ended: exit code and output of each by name, and the job's summary."""

    codes: Mapping[str, int]
    said: str
    summary: str


def git(where: Path, *words: str) -> str:
    """Call git without the user's settings; return its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *IDENTITY, *words],
        cwd=where,
        env=kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def checked_out(folder: Path, path: str, text: str) -> Path:
    """What GitHub checks out for a pull request that writes ``text`` to the file at ``path``.

    It is the merge of the pull request into the newest commit of this checkout, in a clone that has
    nothing but this commit and its parents.
    """
    origin, checkout = folder / "origin", folder / "checkout"
    git(folder, "clone", "--quiet", str(ROOT), str(origin))
    git(origin, "checkout", "--quiet", "-b", "merge")
    git(origin, "checkout", "--quiet", "-b", "topic")
    (origin / path).write_text(text)
    git(origin, "commit", "--quiet", "-am", "topic")
    git(origin, "checkout", "--quiet", "merge")
    git(origin, "merge", "--quiet", "--no-ff", "--no-edit", "topic")
    git(
        folder, "clone", "--quiet", "--depth=2", "--branch=merge", f"file://{origin}", checkout.name
    )
    _prepare(checkout)
    return checkout


def carried_out(checkout: Path, names: tuple[str, ...], values: Mapping[str, str]) -> Ended:
    """Carry out these steps of the job, one after the other, also after one has failed.

    Args:
        values: what GitHub's expressions in the steps' `env` are, such as ``inputs.services``.
    """
    workflow = yaml.safe_load((checkout / ".github/workflows/bench.yml").read_text())
    steps = {step["name"]: step for step in workflow["jobs"]["bench"]["steps"]}
    summary = checkout.parent / "summary.md"
    codes, said = {}, ""
    for name in names:
        done = _run(checkout, steps[name], values, summary)
        codes[name] = done.returncode
        said += done.stdout + done.stderr
    return Ended(codes=codes, said=said, summary=summary.read_text() if summary.exists() else "")


def _run(
    checkout: Path, step: Mapping[str, Any], values: Mapping[str, str], summary: Path
) -> subprocess.CompletedProcess[str]:
    given = {name: _value(text, values) for name, text in step.get("env", {}).items()}
    script = checkout.parent / "step.sh"
    script.write_text(step["run"])
    modules = os.pathsep.join([str(checkout), str(checkout / "loadgen")])
    return subprocess.run(
        [*BASH, str(script)],
        cwd=checkout,
        env=os.environ
        | {"CI": "true", "GITHUB_STEP_SUMMARY": str(summary), "PYTHONPATH": modules}
        | given,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def _value(text: str, values: Mapping[str, str]) -> str:
    """The text with GitHub's expressions replaced; each must be one that the test knows."""
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found[1]], text)


def _prepare(checkout: Path) -> None:
    """Put what `make` would install into a virtual environment: it is installed here already."""
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    lab = programs / "lab"
    lab.write_text(f'#!/bin/sh\nexec {sys.executable} -m orchestrator "$@"\n')
    lab.chmod(0o755)
    (programs / ".runtime").touch()
    if (ROOT / ".env").is_file():
        shutil.copy(ROOT / ".env", checkout)
