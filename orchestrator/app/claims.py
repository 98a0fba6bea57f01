"""The claims of the article, as runs decide them."""

from __future__ import annotations

from pathlib import Path

from orchestrator.app.report import consistent, in_words
from orchestrator.claims import decide
from orchestrator.experiments.load import LOAD
from orchestrator.files import results_dir
from orchestrator.files.published import read_published
from orchestrator.report.claims import Decided
from orchestrator.world import World


def decided(world: World, results: Path, run: str) -> Decided:
    """What a run says about each claim.

    Args:
        run: its id, its folder, or ``latest``.

    Raises:
        UsageError: there is no such run, or it cannot be read.
        SelfContradiction: the record's own numbers cannot all be right.
    """
    published = read_published(world.root / "results" / "published")
    folder = results_dir.find_run(results, run, LOAD.saved.file)
    record = results_dir.read_record(folder / LOAD.saved.file, LOAD.saved.read)
    with in_words(folder):
        consistent(LOAD, record, folder)
        return Decided(record=record, decisions=decide(published.claims, record))
