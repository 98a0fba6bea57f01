"""The digest of an image's sources, and an image name that holds this digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

TAG = "sources-"
USUAL = "local"
"""The tag of an image on each service's own Python."""
IGNORED = {"__pycache__"}
DOCKERIGNORE = ".dockerignore"


def digest(root: Path, context: Path, dockerfile: str, more: str = "") -> str:
    """SHA-256 of a build's files: names, whether they can be executed, and content.

    The base image is not included, since another host may use another name for it.

    Args:
        root: the repository's top folder. If it is the build context, only what its
            ``.dockerignore`` lets in ("!" lines) counts; of other contexts, every file counts.
        context: the folder of the build context.
        dockerfile: relative to the context.
        more: further build settings, as text.
    """
    root, context = root.resolve(), context.resolve()
    tops = _let_in(root) if context == root else [context]
    summed = hashlib.sha256(more.encode())
    for path in sorted({*_files(tops), context / dockerfile}):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        name = path.relative_to(context).as_posix()
        runs = bool(path.stat().st_mode & 0o111)
        summed.update(f"{name}\0{runs}\0{content}\n".encode())
    return summed.hexdigest()


def name_by_sources(image: str, root: Path, context: Path, dockerfile: str, more: str = "") -> str:
    """The name of an image that was built from these sources, the same on every host.

    Args:
        image: its usual name, with a tag.
    """
    return f"{begin_by_sources(image)}{digest(root, context, dockerfile, more)}"


def begin_by_sources(image: str) -> str:
    """How the names by sources of an image begin; on another Python (py3.12) they differ."""
    repository, _, tag = image.rpartition(":")
    return f"{repository}:{'' if tag == USUAL else f'{tag}-'}{TAG}"


def _let_in(root: Path) -> list[Path]:
    lines = (root / DOCKERIGNORE).read_text().splitlines()
    return [root / line.removeprefix("!").strip("/") for line in lines if line.startswith("!")]


def _files(tops: Iterable[Path]) -> Iterable[Path]:
    for top in tops:
        if top.is_file():
            yield top
        for path in top.rglob("*"):
            if path.is_file() and not IGNORED & set(path.parts):
                yield path
