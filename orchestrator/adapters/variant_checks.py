"""Whether the parts of a variant exist on this host; asks git and files, but no engine."""

from __future__ import annotations

from pathlib import Path

from orchestrator.adapters import checkouts, revisions
from orchestrator.errors import EnvironmentMissing
from orchestrator.files import manifests
from orchestrator.files.own_root import origin_of
from orchestrator.model.variant import Variant


def problems(root: Path, variant: Variant) -> list[str]:
    """Everything that a variant of a service of this checkout lacks, in words."""
    wrong: list[str] = []
    if variant.path is not None:
        path = checkouts.located(variant.path)
        wrong += [f"path:{path}: {why}"] if (why := checkouts.problem(path)) else []
    if variant.revision is not None and (why := _revision(root, variant)):
        wrong.append(f"rev:{variant.revision}: {why}")
    return wrong


def _revision(root: Path, variant: Variant) -> str:
    own = origin_of(root / "services", variant.service)
    root = own or root
    try:
        commit = revisions.commit(root, variant.revision or "")
        if commit is None:
            return "git knows no such revision here; `git log` lists commits, `git fetch` gets more"
        if own is not None:
            there = revisions.has_folder(root, commit, ".")
            return "" if there else f"commit {commit[:12]} has no folder {own.name}"
        known = manifests.folders(root / "services")
        # A way to serve needs its own folder, too: a commit with that of the framework alone would
        # give the framework's first way under this way's name.
        folder = f"services/{known.get(variant.service, variant.service)}"
        if not revisions.has_folder(root, commit, folder):
            what = f"commit {commit[:12]} has no folder {folder}"
            return f"{what}, which {variant.service} is built from; name a commit that has it"
    except EnvironmentMissing as error:
        return str(error)
    return ""
