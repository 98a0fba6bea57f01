"""``lab changed`` in a real repository with the lab's own files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.changed import OF_ONE_WAY
from orchestrator.files.manifests import read_manifests
from tests.conftest import ROOT

MANIFESTS = read_manifests(ROOT / "services")
SERVICES = sorted(MANIFESTS)
OF_FLASK = sorted(name for name, one in MANIFESTS.items() if one.framework == "flask")
IDENTITY = ("-c", "user.name=x", "-c", "user.email=x@example.org")


class Lab:
    """A copy of the lab with one commit, and with only git and Python on the PATH."""

    def __init__(self, root: Path, programs: Path) -> None:
        self.root = root
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.environment = kept | {
            "PATH": str(programs),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def git(self, *words: str) -> None:
        subprocess.run(["git", *IDENTITY, *words], cwd=self.root, env=self.environment, check=True)

    def changed(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "orchestrator", "changed", *words],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def append(self, path: str) -> None:
        with (self.root / path).open("a") as file:
            file.write("\n# changed\n")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    root, programs = tmp_path / "lab", tmp_path / "bin"
    programs.mkdir()
    git = shutil.which("git")
    assert git
    (programs / "git").symlink_to(git)
    caches = shutil.ignore_patterns("__pycache__")
    for folder in ("orchestrator", "services"):
        shutil.copytree(ROOT / folder, root / folder, ignore=caches)
    shutil.copy(ROOT / "docker-compose.yml", root)
    (root / ".gitignore").write_text("__pycache__/\n")
    found = Lab(root, programs)
    found.git("init", "--quiet")
    found.git("add", ".")
    found.git("commit", "--quiet", "-m", "first")
    return found


def test_it_prints_one_service_per_line(lab: Lab) -> None:
    lab.append("services/sanic/app.py")
    lab.git("commit", "--quiet", "-am", "second")
    lab.append("services/flask/app.py")
    lab.append("services/README.md")
    done = lab.changed("--since", "HEAD~1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [*OF_FLASK, "sanic"]
    done = lab.changed("--since", "HEAD", "--json")
    assert json.loads(done.stdout) == {name: ["services/flask/app.py"] for name in OF_FLASK}


def test_the_lock_and_start_of_one_way_to_serve_touch_that_way_alone(lab: Lab) -> None:
    lab.append("services/flask/requirements.txt")
    lab.append("services/flask/waitress/serve.sh")
    shutil.rmtree(lab.root / "services" / "flask" / "granian")
    assert lab.changed("--since", "HEAD").stdout.split() == ["flask", "flask-waitress"]


def test_every_framework_with_several_ways_builds_each_from_its_own_files() -> None:
    """Else `OF_ONE_WAY` would hide a change of one of these files from the other ways."""
    several = {one.framework for one in MANIFESTS.values() if one.id != one.framework}
    for framework in several:
        lines = (ROOT / "services" / framework / "Dockerfile").read_text().splitlines()
        words = [word for line in lines if line.startswith("COPY ") for word in line.split()]
        shared = [word for word in words if not word.startswith("work")]
        own = [word for word in shared if word.rpartition("/")[2] in OF_ONE_WAY]
        assert own, framework
        assert all(word.startswith("${WAY}/") for word in own), framework


def test_it_prints_nothing_if_no_service_is_touched(lab: Lab) -> None:
    lab.append("services/README.md")
    done = lab.changed("--since", "HEAD")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert lab.changed("--since", "HEAD", "--json").stdout == "{}\n"


def test_it_prints_all_services_if_the_whole_lab_is_touched(lab: Lab) -> None:
    lab.append("services/contract.toml")
    assert lab.changed("--since", "HEAD").stdout.split() == SERVICES


def test_it_prints_all_services_if_the_compose_file_cannot_be_read(lab: Lab) -> None:
    lab.append("docker-compose.yml")
    assert lab.changed("--since", "HEAD").stdout.split() == SERVICES


def test_an_unknown_revision_ends_with_2_and_a_message(lab: Lab) -> None:
    done = lab.changed("--since", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lab: --since nowhere: there is no such commit here; ")


def test_without_git_it_ends_with_3_and_a_message(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "bin" / "git").unlink()
    done = lab.changed("--since", "HEAD")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("lab: no `git` command")


def test_a_revision_is_required(lab: Lab) -> None:
    done = lab.changed()
    assert done.returncode == 2
    assert "--since" in done.stderr
