"""Which services a change touches, also with a real git in a real repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.changes import (
    by_role,
    changed_paths,
    definitions_at,
    definitions_now,
    fork_point,
    services_at,
)
from orchestrator.changed import UNMEASURED, Definitions, redefined, touched
from orchestrator.errors import EnvironmentMissing, UsageError

SERVICES = ("django", "flask", "flask-waitress", "sanic")
FOLDERS = {name: name.replace("-", "/") for name in SERVICES}
OF_FLASK = ("flask", "flask-waitress")
Git = Callable[..., str]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("services/flask/app.py", OF_FLASK),
        ("services/flask/templates/x/y.html", OF_FLASK),
        ("services/flask/Dockerfile", OF_FLASK),
        ("services/flask/service.toml", ("flask",)),
        ("services/flask/requirements.in", ("flask",)),
        ("services/flask/requirements.txt", ("flask",)),
        ("services/flask/serve.sh", ("flask",)),
        ("services/flask/waitress/requirements.txt", ("flask-waitress",)),
        ("services/flask/waitress/more.py", ("flask-waitress",)),
        ("services/flask/gone/service.toml", ()),
        ("services/flask/gone/serve.sh", ()),
        ("services/flask/templates/page.html", OF_FLASK),
        ("services/flask/templates/x/serve.sh", OF_FLASK),
        ("services/gone/serve.sh", ()),
        ("services/flask/NOTES.md", ()),
        ("services/gone/app.py", ()),
        ("services/_template/app.py", ()),
        ("services/README.md", ()),
        ("services/contract.toml", SERVICES),
        ("loadgen/labload/engine/engine.py", SERVICES),
        ("loadgen/services/flask/x", SERVICES),
        ("orchestrator/setup/venv.sh", SERVICES),
        ("Makefile", SERVICES),
        (".dockerignore", SERVICES),
        ("something/new.txt", SERVICES),
        ("docsnew/x", SERVICES),
        ("README.md", ()),
        ("docs/images/report.png", ()),
        ("tests/unit/test_changed.py", ()),
        ("results/published/2019/text.csv", ()),
        (".github/workflows/bench.yml", ()),
        (".ci/run", ()),
        (".gitignore", ()),
        ("LICENSE", ()),
    ],
)
def test_a_path_touches_one_service_no_service_or_all(path: str, names: tuple[str, ...]) -> None:
    assert touched([path], FOLDERS) == dict.fromkeys(names, (path,))


def test_services_are_listed_in_order_with_the_paths_that_touch_them() -> None:
    paths = ["services/sanic/app.py", "README.md", "loadgen/Dockerfile", "services/flask/app.py"]
    assert touched(paths, FOLDERS) == {
        "django": ("loadgen/Dockerfile",),
        "flask": ("loadgen/Dockerfile", "services/flask/app.py"),
        "flask-waitress": ("loadgen/Dockerfile", "services/flask/app.py"),
        "sanic": ("services/sanic/app.py", "loadgen/Dockerfile"),
    }


def test_no_change_touches_nothing() -> None:
    assert touched([], FOLDERS) == {}


def test_every_path_that_touches_no_service_has_a_reason() -> None:
    assert all(UNMEASURED.values())


def test_the_compose_file_touches_services_whose_container_changes() -> None:
    path = "docker-compose.yml"
    assert touched([path], FOLDERS, ["flask"]) == {"flask": (path,)}
    assert touched([path], FOLDERS) == {}


def definitions(rest: object = "network", **frameworks: object) -> Definitions:
    return Definitions(frameworks=frameworks, rest=rest)


@pytest.mark.parametrize(
    ("after", "names"),
    [
        pytest.param(definitions(django=1, flask=1, sanic=1), (), id="as before"),
        pytest.param(definitions(django=1, flask=2, sanic=1), ("flask",), id="another container"),
        pytest.param(definitions(django=1, flask=1, sanic=1, new=1), (), id="one more, no folder"),
        pytest.param(definitions(django=1, flask=1), ("sanic",), id="a block is gone"),
        pytest.param(definitions("other", django=1, flask=1, sanic=1), SERVICES, id="the load"),
        pytest.param(None, SERVICES, id="not known"),
    ],
)
def test_changed_added_and_equal_containers(
    after: Definitions | None, names: tuple[str, ...]
) -> None:
    before = definitions(django=1, flask=1, sanic=1)
    assert redefined(before, after, SERVICES) == names
    assert redefined(after, before, SERVICES) == names


def test_a_removed_service_touches_no_other() -> None:
    before, after = definitions(flask=1, old=1), definitions(flask=1)
    assert redefined(before, after, ["flask"]) == ()


@pytest.fixture
def config() -> dict[str, Any]:
    text = (Path(__file__).parent / "data" / "compose_config.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def test_frameworks_are_recognized_by_their_role(config: dict[str, Any]) -> None:
    assert set(by_role(config).frameworks) == {"flask"}


def test_a_changed_framework_touches_only_itself(config: dict[str, Any]) -> None:
    before = by_role(json.loads(json.dumps(config)))
    config["services"]["flask"]["cpus"] = 2
    config["x-server"] = {"cpus": 2}
    after = by_role(config)
    assert after.rest == before.rest
    assert redefined(before, after, ["flask"]) == ("flask",)


@pytest.mark.parametrize("part", ["locust", "network", "role"])
def test_a_changed_load_touches_all_services(config: dict[str, Any], part: str) -> None:
    before = by_role(json.loads(json.dumps(config)))
    if part == "locust":
        config["services"]["locust"]["command"] = ["--users=1"]
    elif part == "network":
        config["networks"] = {"lab": {"driver": "overlay"}}
    else:
        config["services"]["flask"]["labels"] = {}
    assert redefined(before, by_role(config), SERVICES) == SERVICES


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A real repository with one commit in ``tmp_path``, without the user's git settings."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def call(*words: str) -> str:
        identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        done = subprocess.run(
            ["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    call("init", "--quiet", "--initial-branch=main")
    for name in ("a/kept", "a/moved", "staged", "edited", "gone", "forgotten"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{name}\n" * 20)
    (tmp_path / ".gitignore").write_text("ignored\n")
    call("add", ".")
    call("commit", "--quiet", "-m", "first")
    return call


def test_committed_and_uncommitted_changes_count(git: Git, tmp_path: Path) -> None:
    base = git("rev-parse", "HEAD")
    (tmp_path / "committed ü").write_text("new\n")
    git("mv", "a/moved", "a/elsewhere")
    git("add", ".")
    git("commit", "--quiet", "-m", "second")
    (tmp_path / "staged").write_text("other\n")
    git("add", "staged")
    git("rm", "--quiet", "--cached", "forgotten")
    (tmp_path / "edited").write_text("other\n")
    (tmp_path / "gone").unlink()
    (tmp_path / "two\nlines").write_text("new\n")
    (tmp_path / "ignored").write_text("new\n")
    assert changed_paths(tmp_path, base) == (
        "a/elsewhere",
        "a/moved",
        "committed ü",
        "edited",
        "forgotten",
        "gone",
        "staged",
        "two\nlines",
    )


def test_the_services_of_a_commit_are_the_folders_with_a_manifest(git: Git, tmp_path: Path) -> None:
    for path in ("b/service.toml", "a ü/service.toml", "_template/service.toml", "c/app.py"):
        (tmp_path / "services" / path).parent.mkdir(parents=True)
        (tmp_path / "services" / path).touch()
    git("add", ".")
    git("commit", "--quiet", "-m", "second")
    (tmp_path / "services" / "c" / "service.toml").touch()
    assert services_at(tmp_path, git("rev-parse", "HEAD")) == ("a ü", "b")
    assert services_at(tmp_path, git("rev-parse", "HEAD~1")) == ()


def test_a_reverted_change_does_not_count(git: Git, tmp_path: Path) -> None:
    before = (tmp_path / "edited").read_text()
    (tmp_path / "edited").write_text("other\n")
    git("commit", "--quiet", "-am", "second")
    (tmp_path / "edited").write_text(before)
    assert changed_paths(tmp_path, git("rev-parse", "HEAD~1")) == ()


def test_later_changes_on_the_base_branch_do_not_count(git: Git, tmp_path: Path) -> None:
    git("checkout", "--quiet", "-b", "topic")
    (tmp_path / "edited").write_text("here\n")
    git("commit", "--quiet", "-am", "here")
    git("checkout", "--quiet", "main")
    (tmp_path / "staged").write_text("there\n")
    git("commit", "--quiet", "-am", "there")
    git("checkout", "--quiet", "topic")
    base = fork_point(tmp_path, "main")
    assert base == git("rev-parse", "HEAD~1")
    assert changed_paths(tmp_path, base) == ("edited",)


def test_the_lab_may_be_a_folder_of_a_larger_repository(git: Git, tmp_path: Path) -> None:
    (tmp_path / "a" / "kept").write_text("other\n")
    (tmp_path / "a" / "new").write_text("new\n")
    (tmp_path / "edited").write_text("other\n")
    assert changed_paths(tmp_path / "a", git("rev-parse", "HEAD")) == ("kept", "new")


@pytest.mark.parametrize("revision", ["nowhere", "0" * 40, "--output=x", "", "HEAD:edited"])
def test_an_unknown_revision_is_refused_with_what_to_do(
    git: Git, tmp_path: Path, revision: str
) -> None:
    with pytest.raises(UsageError, match=r"no such commit here; `git fetch` gets"):
        fork_point(tmp_path, revision)
    assert not (tmp_path / "x").exists()


def test_in_a_shallow_clone_the_message_says_how_to_get_the_history(
    git: Git, tmp_path: Path
) -> None:
    first = git("rev-parse", "HEAD")
    git("commit", "--quiet", "--allow-empty", "-m", "second")
    git("clone", "--quiet", "--depth=1", f"file://{tmp_path}", "clone")
    with pytest.raises(UsageError, match=r"no such commit here; this clone.*fetch-depth: 0"):
        fork_point(tmp_path / "clone", first)
    git("-C", "clone", "fetch", "--quiet", "--depth=1", "origin", first)
    with pytest.raises(UsageError, match=r"in common with HEAD; this clone.*fetch-depth: 0"):
        fork_point(tmp_path / "clone", first)


def test_outside_a_checkout_it_is_refused(tmp_path: Path, git: Git) -> None:
    shutil.rmtree(tmp_path / ".git")
    with pytest.raises(EnvironmentMissing, match=r"is not a git checkout.*not a git repository"):
        fork_point(tmp_path, "HEAD")


def test_a_failing_git_is_reported(git: Git, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissing, match=r"`git diff` failed, .* unknown: bad object"):
        changed_paths(tmp_path, "0" * 40)


def test_without_git_the_message_has_the_remedy(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentMissing, match=r"no `git` command.*install git"):
        fork_point(tmp_path, "HEAD")


def test_a_commit_without_a_compose_file_has_no_definitions(git: Git, tmp_path: Path) -> None:
    assert definitions_at(tmp_path, git("rev-parse", "HEAD")) is None
    assert definitions_now(tmp_path) is None


def test_without_compose_the_definitions_are_unknown(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docker-compose.yml").write_text("services: {}\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert definitions_now(tmp_path) is None
