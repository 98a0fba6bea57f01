"""docs/audit.md lists exactly the rules that exist."""

import re
from pathlib import Path
from typing import get_args

from orchestrator.audit.row import Rule

ROOT = Path(__file__).parents[3]


def test_the_documented_rules_are_those_that_exist() -> None:
    text = (ROOT / "docs/audit.md").read_text()
    assert re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE) == list(get_args(Rule))


def test_every_file_that_the_document_names_exists() -> None:
    text = (ROOT / "docs/audit.md").read_text()
    for row in re.findall(r"^\| `[a-z-]+` \|.*", text, re.MULTILINE):
        for name in re.findall(r"`([a-z_]+\.py)`", row):
            assert (ROOT / "orchestrator/audit" / name).is_file(), name
    for link in re.findall(r"\]\((\.\./[^)]+)\)", text):
        assert (ROOT / "docs" / link).exists(), link
