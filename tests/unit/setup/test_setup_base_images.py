"""Set-up of the base images if one is not available, with a stand-in for `docker`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

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


def test_without_a_python_to_copy_nothing_is_downloaded_for_a_base_image(tmp_path: Path) -> None:
    program(tmp_path, "docker", DOCKER)
    program(tmp_path, "apt-get", CALLED)
    program(tmp_path, "mmdebstrap", CALLED)
    calls, dotenv = tmp_path / "calls", tmp_path / ".env"
    done = subprocess.run(
        ["/bin/bash", ROOT / "orchestrator" / "setup" / "base_images.sh"],
        env={
            # These folders contain no pyenv and no Python 3.7.
            "PATH": os.pathsep.join([str(tmp_path), "/usr/bin", "/bin"]),
            "HOME": str(tmp_path),
            "DOTENV": str(dotenv),
            "CALLS": str(calls),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "this host has no CPython 3.7 to copy" in done.stderr
    assert "there is no base image for Python 3.7" in done.stderr
    assert "Python 3.13 is python:3.13-slim" in done.stdout
    assert not calls.exists()
    assert not dotenv.exists()
