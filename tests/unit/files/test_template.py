"""A new service is a copy of the template and a block in the compose file, or neither."""

from pathlib import Path

import pytest

from orchestrator.errors import UsageError
from orchestrator.files.template import MARK, new_service
from tests.conftest import ROOT

COMPOSE = f"""\
services:
  flask:
    image: weblab/flask:local

{MARK}
  locust:
    image: weblab/locust:local
"""


RULE = "a service's name is lower-case letters, digits and hyphens, a letter first, 63 at most"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    template = tmp_path / "services" / "_template"
    template.mkdir(parents=True)
    (template / "service.toml").write_text('name = "NAME"  # NAMES and RENAME stay\n')
    (template / "app.py").write_text('"""Written in NAME."""\n')
    (template / "__pycache__").mkdir()
    (template / "__pycache__" / "app.pyc").write_bytes(b"\xff")
    (tmp_path / "services" / "falcon").mkdir()
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)
    return tmp_path


def content(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else b""
        for path in root.rglob("*")
    }


def test_the_template_is_copied_under_the_new_name(root: Path) -> None:
    folder = new_service(root, "blacksheep-2")
    assert folder == root / "services" / "blacksheep-2"
    assert content(folder) == {
        "service.toml": b'name = "blacksheep-2"  # NAMES and RENAME stay\n',
        "app.py": b'"""Written in blacksheep-2."""\n',
    }


def test_the_block_stands_before_the_mark(root: Path) -> None:
    new_service(root, "blacksheep")
    assert (root / "docker-compose.yml").read_text() == COMPOSE.replace(
        MARK,
        """\
  blacksheep:
    <<: *server
    image: weblab/blacksheep:${LAB_TAG:-local}
    build: { context: services/blacksheep, args: { BASE: *python } }
    profiles: [beyond-2019]

"""
        + MARK,
    )


def test_a_second_service_follows_the_first(root: Path) -> None:
    new_service(root, "one")
    new_service(root, "two")
    text = (root / "docker-compose.yml").read_text()
    assert text.index("  one:\n") < text.index("  two:\n") < text.index(MARK)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Falcon", f"'Falcon': {RULE}"),
        ("../x", f"'../x': {RULE}"),
        ("", f"'': {RULE}"),
        ("a\n", f"'a\\n': {RULE}"),
        ("-a", f"'-a': {RULE}"),
        ("a" * 64, f"'{'a' * 63}': {RULE}"),
        ("falcon", "falcon: already there in services/"),
        ("locust", "locust: already there in docker-compose.yml"),
    ],
)
def test_a_name_that_does_not_fit_changes_nothing(root: Path, name: str, problem: str) -> None:
    before = content(root)
    with pytest.raises(UsageError) as refused:
        new_service(root, name)
    assert refused.value.problems[0] == problem
    assert content(root) == before


def test_a_compose_file_without_the_mark_changes_nothing(root: Path) -> None:
    (root / "docker-compose.yml").write_text("services: {}\n")
    before = content(root)
    with pytest.raises(UsageError, match="has lost the line"):
        new_service(root, "blacksheep")
    assert content(root) == before


def test_the_repositorys_own_compose_file_has_the_mark() -> None:
    assert MARK in (ROOT / "docker-compose.yml").read_text()
