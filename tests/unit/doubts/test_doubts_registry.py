"""Each kind of doubt is in the registry exactly once, with code, words and remedy."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from orchestrator.doubts import host, observed, trial
from orchestrator.doubts.kind import DoubtKind
from orchestrator.doubts.registry import REGISTRY

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "orchestrator"
PARTS = (host, observed, trial)
KINDS = {
    name: kind for part in PARTS for name, kind in vars(part).items() if type(kind) is DoubtKind
}
TRACKED = subprocess.run(
    ["git", "ls-files", "results/*/run.json"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()


def of_package(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, kind):
                yield str(path.relative_to(PACKAGE)), node


def calls(name: str) -> list[str]:
    """The files that make a value of this class, once for each time."""
    return [
        where
        for where, node in of_package(ast.Call)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def texts(kind: DoubtKind) -> list[str]:
    return [text for text in (kind.text, kind.text_before, kind.sentence) if text]


def test_every_kind_is_in_the_registry_and_has_its_own_code() -> None:
    assert len(calls("DoubtKind")) == sum(len(part.KINDS) for part in PARTS) == len(REGISTRY)
    assert set(KINDS.values()) == set(REGISTRY.values())


def test_caveats_are_only_made_from_kinds() -> None:
    assert set(calls("Caveat")) == {"doubts/kind.py"}


def test_no_file_repeats_a_kinds_code() -> None:
    """Code that looks for a doubt must compare with the kind's ``code``."""
    spelled = {
        (where, constant.value)
        for where, node in of_package(ast.Compare)
        if any(isinstance(part, ast.Attribute) and part.attr == "code" for part in ast.walk(node))
        for constant in ast.walk(node)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    }
    assert spelled == set()


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
def test_every_kind_has_words_and_a_remedy(kind: DoubtKind) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
    assert kind.text
    assert kind.remedy
    assert "{" not in f"{kind.remedy}{kind.remedy_before}"


def test_measured_values_fill_all_blanks_of_a_kinds_words() -> None:
    seen = {
        node.func.value.id: {keyword.arg for keyword in node.keywords}
        for _, node in of_package(ast.Call)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "seen"
        and isinstance(node.func.value, ast.Name)
    }
    several = seen.pop("kind")  # of two kinds with similar words
    seen |= dict.fromkeys(("FASTHTTP_USERS", "USERS_CAPPED"), several)
    assert seen.keys() >= KINDS.keys()
    wanted = {
        name: {field for text in texts(kind) for _, field, _, _ in Formatter().parse(text) if field}
        for name, kind in KINDS.items()
    }
    assert {name: fields for name, fields in wanted.items() if seen[name] != fields} == {}


@pytest.mark.parametrize("name", TRACKED)
def test_every_caveat_of_a_committed_record_has_a_kind(name: str) -> None:
    record = json.loads((ROOT / name).read_text())
    trials = record["trials"]
    parts = [part for one in trials for part in (*one["steps"], *one["open_loop"])]
    codes = {caveat["code"] for of in (record, *trials, *parts) for caveat in of["caveats"]}
    assert codes <= REGISTRY.keys()


def row(kind: DoubtKind) -> str:
    """The words as in the documents, where measured values are in italics."""
    text = re.sub(r"{(\w+)[^}]*}", r"*\1*", kind.text)
    return f"| `{kind.code}` | {kind.severity} | {text} | {kind.remedy} |"


def test_the_documents_have_every_kind() -> None:
    page = (ROOT / "docs" / "results-format.md").read_text()
    section = page.partition("\n## Doubts\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [row(REGISTRY[code]) for code in sorted(REGISTRY)]
