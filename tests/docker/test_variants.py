"""Variants of services, built by the real engine with the real Compose and pip."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from orchestrator.adapters import variants
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.errors import TrialFailed
from orchestrator.model.variant import Made, Variant
from tests.conftest import ROOT

LOCAL = "weblab/flask:local"
FLASK = Variant(service="flask")
OLDER = replace(FLASK, pins=("flask==3.0.3",))
INSTALLED = """
import importlib.metadata as metadata, json
print(json.dumps({d.metadata["Name"].lower(): d.version for d in metadata.distributions()}))
"""


@pytest.fixture(scope="module", autouse=True)
def _nothing_stays(engine: DockerEngine) -> Iterator[None]:
    engine.build("flask")
    before = set(names(engine))
    yield
    for name in set(names(engine)) - before:
        engine.images.dispose(name)


def names(engine: DockerEngine) -> list[str]:
    return engine.images.by_age(variants.TAG, ["weblab/flask", "weblab/japronto"])


def said(engine: DockerEngine, compose: Compose, made: Made, *command: str) -> str:
    spec = replace(compose.containers()["flask"], image=made.name)
    return engine.output(spec, command, within_s=60)


def versions(engine: DockerEngine, compose: Compose, made: Made) -> dict[str, str]:
    found: dict[str, str] = json.loads(said(engine, compose, made, "python", "-c", INSTALLED))
    return found


def wheel(folder: Path) -> Path:
    """A wheel of blinker, which Flask needs, in a version that nobody else has."""
    file = folder / "blinker-1.9.77-py3-none-any.whl"
    about = "blinker-1.9.77.dist-info"
    with zipfile.ZipFile(file, "w") as content:
        content.writestr("blinker/__init__.py", "class Namespace:\n    pass\n")
        content.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: blinker\nVersion: 1.9.77\n"
        )
        content.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        content.writestr(f"{about}/RECORD", "")
    return file


def test_a_pinned_version_is_installed_and_everything_else_stays(
    engine: DockerEngine, compose: Compose
) -> None:
    local = engine.images.image(LOCAL)
    own = engine.build_variant(FLASK)
    made = engine.build_variant(OLDER)
    before, after = versions(engine, compose, own), versions(engine, compose, made)
    assert (after.pop("flask"), before.pop("flask")) == ("3.0.3", before_flask())
    assert after == before
    assert engine.images.image(LOCAL) == local
    assert made.name != own.name
    assert engine.build_variant(OLDER) == made
    client = docker.from_env()
    changed, usual = (client.images.get(name).attrs["Config"] for name in (made.name, LOCAL))
    for key in ("Cmd", "Entrypoint", "Env", "User", "WorkingDir", "ExposedPorts"):
        assert changed.get(key) == usual.get(key), key


def before_flask() -> str:
    lock = (ROOT / "services" / "flask" / "requirements.txt").read_text()
    return lock.partition("\nflask==")[2].split()[0]


def test_a_variable_is_set_in_the_container(engine: DockerEngine, compose: Compose) -> None:
    variant = replace(FLASK, environment=(("WORD", "a=b $HOME"),))
    made = engine.build_variant(variant)
    spec = replace(
        compose.containers()["flask"], image=made.name, environment=dict(variant.environment)
    )
    printed = engine.output(spec, ["printenv", "WORD"], within_s=60)
    assert printed.strip() == "a=b $HOME"


def test_versions_that_do_not_fit_together_are_refused(engine: DockerEngine) -> None:
    with pytest.raises(TrialFailed) as failure:
        engine.build_variant(replace(FLASK, pins=("werkzeug==2.3.0",)))
    assert "flask: werkzeug==2.3.0 could not be installed" in failure.value.reason
    assert "has requirement werkzeug>=3.1" in failure.value.log_tail


def test_the_folder_of_a_revision_is_built(engine: DockerEngine, compose: Compose) -> None:
    words = ["git", "-C", str(ROOT)]
    commit = subprocess.check_output([*words, "rev-parse", "HEAD"], text=True).strip()
    app = subprocess.check_output([*words, "show", "HEAD:./services/flask/app.py"], text=True)
    made = engine.build_variant(replace(FLASK, revision="HEAD"))
    assert made.origin == (f"flask at commit {commit}",)
    assert said(engine, compose, made, "cat", "app.py").strip() == app.strip()


def test_a_wheel_is_installed(engine: DockerEngine, compose: Compose, tmp_path: Path) -> None:
    made = engine.build_variant(replace(OLDER, path=str(wheel(tmp_path))))
    found = versions(engine, compose, made)
    assert (found["blinker"], found["flask"]) == ("1.9.77", "3.0.3")
    assert made.origin[0].startswith("blinker 1.9.77 from the wheel blinker-1.9.77-py3")


def test_a_changed_checkout_is_built_and_installed_again(
    engine: DockerEngine, compose: Compose, tmp_path: Path
) -> None:
    project = tmp_path / "blinker"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
        '[project]\nname = "blinker"\nversion = "1.9.78"\ndescription = "for a test"\n'
    )
    module = project / "blinker.py"
    words = "import blinker, os; print(blinker.WORD, os.path.isfile(blinker.__cached__))"
    made = []
    for word in ("first", "second"):
        module.write_text(f"WORD = {word!r}\n")
        made.append(engine.build_variant(replace(FLASK, path=str(project))))
        printed = said(engine, compose, made[-1], "python", "-c", words)
        assert printed.split() == [word, "True"]  # the file system is read-only: it is compiled
    assert made[0].name != made[1].name
    assert made[0].origin == ("the folder blinker",)


def test_valgrind_is_installed_on_top(engine: DockerEngine, compose: Compose) -> None:
    made = engine.build_variant(replace(FLASK, valgrind=True))
    assert said(engine, compose, made, "valgrind", "--version").startswith("valgrind-")


def test_another_python_is_another_base(engine: DockerEngine, compose: Compose) -> None:
    """Python 3.13 is there already, and Japronto's lock cannot be installed on it."""
    base = compose.containers()["flask"].base_image
    made = engine.build_variant(replace(FLASK, python="3.13"))
    assert made.origin == (f"Python 3.13 of {base}",)
    with pytest.raises(TrialFailed) as failure:
        engine.build_variant(Variant(service="japronto", python="3.13"))
    assert failure.value.reason == (
        "no wheel of japronto 0.1.2 for CPython 3.13: "
        "the lock of japronto cannot be installed on it"
    )
    assert "japronto" in failure.value.log_tail


def test_an_image_is_used_as_it_is(engine: DockerEngine) -> None:
    local = engine.images.image(LOCAL)
    made = engine.build_variant(replace(FLASK, image=LOCAL))
    assert (made.name, made.id, made.base) == (LOCAL, local.id, local.base)


def test_an_image_that_cannot_be_had_is_named(engine: DockerEngine) -> None:
    with pytest.raises(TrialFailed) as failure:
        engine.build_variant(replace(FLASK, image="weblab-test/absent:1"))
    assert "flask: the image weblab-test/absent:1 is not on this host" in failure.value.reason


def test_an_image_that_a_container_needs_is_not_removed(
    engine: DockerEngine, compose: Compose
) -> None:
    made = engine.build_variant(replace(FLASK, pins=("flask==3.0.2",)))
    with engine.start(replace(compose.containers()["flask"], image=made.name)):
        assert not engine.images.dispose(made.name)
    assert engine.images.dispose(made.name)
    assert not engine.images.has(made.name)


@pytest.mark.parametrize(
    ("last", "kept"),
    [
        pytest.param(FLASK, 0, id="it was used last, and so it is the one that is kept"),
        pytest.param(replace(FLASK, image=LOCAL), 1, id="it is no variant's image"),
    ],
)
def test_old_variants_are_removed_except_those_of_this_run(
    engine: DockerEngine, monkeypatch: pytest.MonkeyPatch, last: Variant, kept: int
) -> None:
    plain, mine = engine.build_variant(FLASK), engine.build_variant(OLDER)
    old = [f"weblab/flask:{variants.TAG}of-another-run-{n}" for n in range(3)]
    for name in old:
        engine.images.tag(mine.id, name)
    monkeypatch.setattr(variants, "KEPT", 1)
    everything, others = engine.images.by_age, set(names(engine)) - {*old, mine.name, plain.name}

    def without_others(tag: str, repositories: Sequence[str]) -> list[str]:
        """Only images of this test, so that it removes no others."""
        return [name for name in everything(tag, repositories) if name not in others]

    monkeypatch.setattr(engine.images, "by_age", without_others)
    engine.build_variant(last)
    monkeypatch.undo()
    left = set(names(engine))
    assert {mine.name, plain.name, *others} <= left
    assert len(set(old) & left) == kept
    for name in set(old) & left:
        engine.images.dispose(name)
