"""A separate Docker engine inside a confinement, beside the host's own engine."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from orchestrator.adapters.bridge_rule import let_through, remove
from orchestrator.adapters.clearing import afterwards
from orchestrator.errors import EnvironmentMissing, tail
from orchestrator.world.small_host import Confinement

ANSWER_WITHIN_S = 60.0
STOP_WITHIN_S = 30.0
CALL_WITHIN_S = 10
BRIDGE = "weblab-nanode"  # a name has 15 characters at most
POOL = "10.249.0.0/16"
"""The addresses of the networks that runs make."""
# Only root can create files in /run, so no other user can prepare this folder. It is not below the
# folder of images and containers, because a socket's path has at most 107 characters.
RUNTIME = Path("/run/weblab-nanode")
PROGRAMS = {
    "dockerd": "`make engine` installs it",
    "containerd": "`make engine` installs it",
    "ip": "install iproute2",
}
# The disabled plugin serves Kubernetes; it would need memory and a network.
CONTAINERD = """
version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri"]
root = "{root}"
state = "{runtime}/containerd"
[grpc]
address = "{runtime}/containerd.sock"
"""


@contextmanager
def private_engine(confinement: Confinement, folder: Path, *, bridges: bool) -> Iterator[str]:
    """Start an empty engine, and stop it at the end; yields its address (``DOCKER_HOST``).

    It has its own containerd, because the host's would start containers outside the confinement.
    It has its own bridge, without a route out, because the lab's containers share a namespace, have
    no network, or reach each other on the bridge of a run. Builds use the host's network. The
    engine changes no packet filter rule.

    Args:
        folder: for its images and containers; emptied before and removed afterwards.
        bridges: whether containers of the run reach each other on a bridge. Only then the host's
            packet filter gets a rule for them, which not every host allows.

    Raises:
        EnvironmentMissing: a program is missing, one of them does not start, or the host's packet
            filter takes no rule.
    """
    for program, remedy in PROGRAMS.items():
        if shutil.which(program) is None:
            raise EnvironmentMissing(f"no `{program}` command: {remedy}")
    runtime = RUNTIME
    for path in (folder, runtime):
        make_anew(path)
    containerd, address = runtime / "containerd.sock", f"unix://{runtime}/docker.sock"
    settings = runtime / "containerd.toml"
    (runtime / "docker.json").write_text("{}")
    settings.write_text(CONTAINERD.format(root=folder / "containerd", runtime=runtime))
    command = _dockerd(confinement, folder, runtime, address, containerd)
    remove(POOL)  # what a killed run has left
    with afterwards(lambda: clear(folder), lambda: clear(runtime), lambda: _bridge("delete")):
        _bridge("add")
        with (
            _running(
                confinement.command(["containerd", f"--config={settings}"]),
                runtime / "containerd.log",
                containerd.exists,
            ),
            _running(
                confinement.command(command), runtime / "dockerd.log", lambda: _answers(address)
            ),
            # The last to come and the first to go, since it changes the host.
            let_through(POOL) if bridges else nullcontext(),
        ):
            yield address


def _dockerd(
    confinement: Confinement, folder: Path, runtime: Path, address: str, containerd: Path
) -> list[str]:
    return [
        "dockerd",
        f"--data-root={folder / 'docker'}",
        f"--exec-root={runtime / 'docker'}",
        f"--pidfile={runtime / 'docker.pid'}",
        f"--host={address}",
        f"--config-file={runtime / 'docker.json'}",  # the default file configures the host's engine
        f"--containerd={containerd}",
        f"--cgroup-parent={confinement.parent_of_containers}",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        f"--bridge={BRIDGE}",  # "none" would remove the bridge of the host's engine
        f"--default-address-pool=base={POOL},size=24",
        "--iptables=false",
        "--ip6tables=false",
        "--ip-forward=false",
    ]


@contextmanager
def _running(command: Sequence[str], log: Path, ready: Callable[[], bool]) -> Iterator[None]:
    """Run a program in the background, and wait until it is ready; it is stopped at the end."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C must reach only the run, which still needs the engine
        )
    try:
        deadline = time.monotonic() + ANSWER_WITHIN_S
        while not ready():
            ended = process.poll() is not None
            if ended or time.monotonic() > deadline:
                how = "ended" if ended else f"was silent for {ANSWER_WITHIN_S:g} s"
                said = tail(log.read_text(errors="replace"))
                raise EnvironmentMissing(f"the lab's own {log.stem} {how}; its log ends:\n{said}")
            time.sleep(0.1)
        yield
    finally:
        _stop(process)


def make_anew(folder: Path) -> None:
    """Create an empty folder that only this user can read.

    Raises:
        EnvironmentMissing: something else is at this path, or the folder cannot be created.
    """
    clear(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)  # without `exist_ok`: a folder that appears now is not ours
    except OSError as error:
        raise EnvironmentMissing(f"{folder} cannot be made ({error}): it needs root") from error


def clear(folder: Path) -> None:
    """Remove a folder, and first unmount what a killed engine left mounted in it.

    Raises:
        EnvironmentMissing: it is a link, belongs to another user, or cannot be removed.
    """
    try:
        found = folder.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise EnvironmentMissing(
            f"{folder} is not a folder that the lab has made; check what it is, and remove it"
        )
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    real = folder.resolve()
    for point in sorted((p for p in points if Path(p).is_relative_to(real)), reverse=True):
        subprocess.run(["umount", "--lazy", point], capture_output=True, check=False)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise EnvironmentMissing(
            f"{folder} cannot be removed ({error}); remove it yourself"
        ) from error


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


def _bridge(what: str) -> None:
    """Add or delete the bridge; no error if it already exists or is already gone."""
    words = ["ip", "link", what, BRIDGE, "type", "bridge"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    there = Path("/sys/class/net", BRIDGE).exists()
    if there != (what == "add"):
        raise EnvironmentMissing(f"`{' '.join(words)}`: {done.stderr.strip()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
