"""The files of a comparison of two records."""

from __future__ import annotations

from orchestrator.compare.comparison import Comparison
from orchestrator.compare.document import json_text
from orchestrator.compare.page import page
from orchestrator.compare.summary import markdown_summary
from orchestrator.report.templating import Links
from orchestrator.words import printable

RECORD, SUMMARY, PAGE = "compare.json", "compare.md", "index.html"


def folder_name(comparison: Comparison) -> str:
    """``compare-<base>-<head>``, with the ids of the runs."""
    return f"compare-{comparison.base.run_id}-{comparison.head.run_id}"


def compare_files(comparison: Comparison) -> dict[str, bytes]:
    """File name -> content, for the comparison's folder."""
    texts = {RECORD: json_text(comparison), SUMMARY: markdown_summary(comparison)}
    return {name: printable(text).encode() for name, text in texts.items()}


def report_files(comparison: Comparison, links: Links) -> dict[str, str]:
    """File name -> text, for its folder ``report/``."""
    return {PAGE: page(comparison, links)}
