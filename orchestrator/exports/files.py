"""The files for other tools that a comparison of two records gets."""

from __future__ import annotations

from orchestrator.exports.bencher import bencher
from orchestrator.exports.github_action_benchmark import github_action_benchmark
from orchestrator.exports.pyperf import pyperf
from orchestrator.exports.rows import exportable
from orchestrator.model.comparable import Comparable

PYPERF_BASE, PYPERF_HEAD = "pyperf-base.json", "pyperf-head.json"
SMALLER, BIGGER = "github-action-benchmark.json", "github-action-benchmark-bigger.json"
BENCHER = "bencher.json"


def exported(base: Comparable, head: Comparable) -> dict[str, str]:
    """File name -> JSON for pyperf (both sides), github-action-benchmark and Bencher (the head).

    The last two keep a history themselves, and the head is its newest entry. A file in which
    nothing would stand is left out, because the tools refuse it.
    """
    files = {}
    if exportable(base):
        files[PYPERF_BASE] = pyperf(base)
    if rows := exportable(head):
        files[PYPERF_HEAD] = pyperf(head)
        files[BENCHER] = bencher(head)
    for name, smaller in ((SMALLER, True), (BIGGER, False)):
        if any(row.quantity.less_is_faster is smaller for row in rows):
            files[name] = github_action_benchmark(head, smaller_is_better=smaller)
    return files
