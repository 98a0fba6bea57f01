"""Set-up of the base images if one is not available, with a stand-in for `docker`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

# An engine that has one official image and cannot reach a registry.
DOCKER = """#!/bin/sh
case "$*" in
'image inspect python:3.13-slim' | version*) ;;
*) exit 1 ;;
esac
"""
CALLED = '#!/bin/sh\necho "$0 $*" >>"$CALLS"\n'


def program(folder: Path, name: str, text: str) -> None:
    folder.joinpath(name).write_text(text)
    folder.joinpath(name).chmod(0o755)


def set_up(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the script on a host without pyenv; `calls` lists what it would install."""
    program(tmp_path, "docker", DOCKER)
    program(tmp_path, "apt-get", CALLED)
    program(tmp_path, "mmdebstrap", CALLED)
    return subprocess.run(
        ["/bin/bash", ROOT / "orchestrator" / "setup" / "base_images.sh", *words],
        env={
            # These folders contain no pyenv and no Python 3.7.
            "PATH": os.pathsep.join([str(tmp_path), "/usr/bin", "/bin"]),
            "HOME": str(tmp_path),
            "DOTENV": str(tmp_path / ".env"),
            "CALLS": str(tmp_path / "calls"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_python_to_copy_nothing_is_downloaded_for_a_base_image(tmp_path: Path) -> None:
    done = set_up(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "this host has no CPython 3.7 to copy" in done.stderr
    assert "there is no base image for Python 3.7" in done.stderr
    assert "Python 3.13 is python:3.13-slim" in done.stdout
    assert not (tmp_path / "calls").exists()
    assert not (tmp_path / ".env").exists()


def test_asked_for_a_version_it_prints_the_name_of_its_image_alone(tmp_path: Path) -> None:
    done = set_up(tmp_path, "3.13")
    assert (done.returncode, done.stdout, done.stderr) == (0, "python:3.13-slim\n", "")
    assert not (tmp_path / ".env").exists()


@pytest.mark.parametrize("version", ["3.4", "3.4.1"])
def test_a_version_that_cannot_be_had_is_explained(tmp_path: Path, version: str) -> None:
    done = set_up(tmp_path, version)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"python{'.'.join(version.split('.')[:2])}, and this host has no CPython" in done.stderr
    assert f"there is no base image for Python {version}" in done.stderr
    assert f"'docker load' python:{version}-slim" in done.stderr


@pytest.mark.parametrize(
    ("tag", "image"),
    [("3.14-rc", "python:3.14-rc-slim"), ("3.12-bookworm", "python:3.12-bookworm")],
)
def test_another_tag_is_pulled_and_never_made_here(tmp_path: Path, tag: str, image: str) -> None:
    done = set_up(tmp_path, tag)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"could not pull {image}" in done.stderr
    assert "A stand-in can only be made for a plain version" in done.stderr
    assert not (tmp_path / "calls").exists()


MIRROR = """#!/bin/sh
case "$*" in
indextargets*) echo 'Debian|Debian|http://mirror.example/debian' ;;
esac
"""
OFFERS = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
*python3.14-venv*forky*) ;;
*) exit 25 ;;
esac
"""


@pytest.mark.parametrize(
    ("version", "suite", "asked"),
    [
        ("3.14", "forky", ["bookworm", "trixie", "forky"]),
        ("3.99", "", ["bookworm", "trixie", "forky", "sid"]),
        ("3.13", "trixie", []),
        ("3.14.1", "", []),
    ],
)
def test_the_oldest_suite_with_a_version_is_found_by_asking_the_mirror(
    tmp_path: Path, version: str, suite: str, asked: list[str]
) -> None:
    program(tmp_path, "apt-get", MIRROR)
    program(tmp_path, "apt-config", "#!/bin/sh\n")
    program(tmp_path, "mmdebstrap", OFFERS)
    said = subprocess.run(
        ["/bin/bash", "-c", f". ./common.sh; . ./bootstrap.sh; suite_with {version}"],
        cwd=ROOT / "orchestrator" / "setup",
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "CALLS": str(tmp_path / "calls")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.strip() == suite
    calls = (tmp_path / "calls").read_text().splitlines() if asked else []
    assert [line.split()[-3] for line in calls] == asked


@pytest.mark.parametrize(
    "version", ["3", "3.", "3.x", "2.7", "3.1.2.3", "3..1", ".env", "3.12:x", "3.12-", "3.012"]
)
def test_what_is_no_version_is_refused(tmp_path: Path, version: str) -> None:
    done = set_up(tmp_path, version)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{version} is no version of Python" in done.stderr


PYTHON = """#!/bin/sh
case "$*" in
*platform*) echo {version} ;;
*ensurepip*) ;;
esac
"""


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("3.4", "3.4.10"),
        ("3.4.9", "3.4.9"),
        ("3.4.1", ""),
        ("3.41", "3.41.0"),
        ("3.5", ""),
    ],
)
def test_the_newest_python_of_a_version_is_copied(tmp_path: Path, asked: str, found: str) -> None:
    for version in ("3.4.9", "3.4.10", "3.41.0"):
        minor = version.rpartition(".")[0]
        prefix = tmp_path / ".pyenv" / "versions" / version
        for folder in ("bin", f"lib/python{minor}"):
            (prefix / folder).mkdir(parents=True)
        (prefix / f"lib/python{minor}/os.py").touch()
        program(prefix / "bin", f"python{minor}", PYTHON.replace("{version}", version))
    said = subprocess.run(
        ["/bin/bash", "-c", f". ./common.sh; . ./bootstrap.sh; find_python {asked}"],
        cwd=ROOT / "orchestrator" / "setup",
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.strip().rpartition("/")[2] == found


@pytest.mark.parametrize(("suite", "version"), [("trixie", "3.13"), ("forky", "3.14")])
def test_a_stand_in_of_debian_names_the_package_that_it_was_made_of(
    suite: str, version: str
) -> None:
    nothing = "debian_tree() { :; }; chroot() { :; }; strip_tree() { :; }"
    told = 'import_image() { echo "$4"; }'
    build = f"bootstrap_debian tag /nowhere {suite} {version}"
    said = subprocess.run(
        ["/bin/bash", "-c", f". ./common.sh; . ./bootstrap.sh; {nothing}; {told}; {build}"],
        cwd=ROOT / "orchestrator" / "setup",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.strip() == f"Debian {suite}'s python{version} package"
