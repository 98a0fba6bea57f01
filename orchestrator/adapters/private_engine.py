"""A Docker engine of the lab's own, inside a confinement, beside whatever other engine there is."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.adapters.confinement import Confinement
from orchestrator.errors import EnvironmentMissing, tail

ANSWER_WITHIN_S = 60.0
STOP_WITHIN_S = 30.0
CALL_WITHIN_S = 10
BRIDGE = "weblab-nanode"  # a name has 15 characters at most


@contextmanager
def private_engine(confinement: Confinement, folder: Path) -> Iterator[str]:
    """Start an engine with nothing in it, and stop it at the end; its address (``DOCKER_HOST``).

    It has a bridge of its own, without a way out and without rules for packets, since containers
    of the lab share a namespace or have none; builds use the host's own network.

    Args:
        folder: where it may keep images and containers; emptied before and removed afterwards.

    Raises:
        EnvironmentMissing: there is no ``dockerd``, or it does not start.
    """
    for program, remedy in (("dockerd", "`make engine` installs it"), ("ip", "install iproute2")):
        if shutil.which(program) is None:
            raise EnvironmentMissing(f"no `{program}` command: {remedy}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # The paths of sockets may not be longer than 107 characters.
    runtime = Path(tempfile.mkdtemp(prefix="weblab-nanode-"))
    address, log = f"unix://{runtime}/docker.sock", runtime / "log"
    command = [
        "dockerd",
        f"--data-root={folder}",
        f"--exec-root={runtime / 'run'}",
        f"--pidfile={runtime / 'pid'}",
        f"--host={address}",
        f"--cgroup-parent={confinement.parent_of_containers}",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        f"--bridge={BRIDGE}",  # with "none" it would remove the bridge of the host's own engine
        "--iptables=false",
        "--ip-forward=false",
    ]
    try:
        _bridge("add")
        with log.open("wb") as out:
            engine = subprocess.Popen(
                confinement.command(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a person's Ctrl-C is for the run, which needs the engine
            )
        try:
            _wait_for(engine, address, log)
            yield address
        finally:
            _stop(engine)
    finally:
        _bridge("delete")
        shutil.rmtree(runtime, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _bridge(what: str) -> None:
    """Add or delete it; one that is there already, or gone, is as well."""
    words = ["ip", "link", what, BRIDGE, "type", "bridge"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=CALL_WITHIN_S, check=False)
    there = Path("/sys/class/net", BRIDGE).exists()
    if there != (what == "add"):
        raise EnvironmentMissing(f"`{' '.join(words)}`: {done.stderr.strip()}")


def _wait_for(engine: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + ANSWER_WITHIN_S
    while not _answers(address):
        if engine.poll() is not None or time.monotonic() > deadline:
            how = "ended" if engine.poll() is not None else f"was silent for {ANSWER_WITHIN_S:g} s"
            said = tail(log.read_text(errors="replace"))
            raise EnvironmentMissing(f"the lab's own engine {how}; the end of its log:\n{said}")
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        done = subprocess.run(
            ["docker", "version"],
            env={**os.environ, "DOCKER_HOST": address},
            capture_output=True,
            timeout=CALL_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _stop(engine: subprocess.Popen[bytes]) -> None:
    engine.terminate()
    try:
        engine.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        engine.kill()
        engine.wait()
