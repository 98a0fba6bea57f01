"""The files that are written to make a small host, for both cgroup versions."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from pathlib import Path

import pytest

from orchestrator.adapters.confinement import Confinement
from orchestrator.errors import EnvironmentMissing

MIB = 2**20


def version_1(root: Path) -> Path:
    for controller in ("cpuset", "memory", "pids"):
        (root / controller).mkdir(parents=True)
    (root / "cpuset" / "cpuset.mems").write_text("0-1\n")
    return root


def version_2(root: Path, controllers: str = "cpuset cpu io memory pids hugetlb") -> Path:
    root.mkdir()
    (root / "cgroup.controllers").write_text(controllers)
    return root


def test_version_1_gets_a_group_for_cpu_and_one_for_memory(tmp_path: Path) -> None:
    root = version_1(tmp_path / "cgroup")
    confinement = Confinement(0, 512 * MIB, root).__enter__()
    cpuset, memory = root / "cpuset" / "weblab-nanode", root / "memory" / "weblab-nanode"
    for folder in (cpuset, cpuset / "lab"):
        assert (folder / "cpuset.cpus").read_text() == "0"
        assert (folder / "cpuset.mems").read_text() == "0-1\n"
    assert (memory / "memory.limit_in_bytes").read_text() == str(512 * MIB)
    assert (memory / "memory.swappiness").read_text() == "0"
    assert not (memory / "memory.memsw.limit_in_bytes").exists()  # this kernel does not have it
    assert (memory / "lab").is_dir()
    assert confinement.memory == memory
    assert confinement.parent_of_containers == "/weblab-nanode/containers"


class Kernel:
    """Keeps all written words in order. A plain file would keep only the last."""

    def __init__(self, refuses: str = "") -> None:
        self.written: list[tuple[Path, str]] = []
        self._refuses = refuses

    def write(self, path: Path, text: str) -> None:
        if text == self._refuses:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))
        assert path.parent.is_dir()
        self.written.append((path, text))


def version_2_by(kernel: Kernel, root: Path, monkeypatch: pytest.MonkeyPatch) -> Confinement:
    monkeypatch.setattr("orchestrator.adapters.confinement._write", kernel.write)
    return Confinement(0, 512 * MIB, root).__enter__()


def test_version_2_gets_one_group_with_a_leaf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, kernel = version_2(tmp_path / "cgroup"), Kernel()
    confinement = version_2_by(kernel, root, monkeypatch)
    group = root / "weblab-nanode"
    enabled = ["+cpuset", "+memory", "+cpu", "+io", "+pids"]  # the wanted controllers that exist
    assert kernel.written == [
        *((root / "cgroup.subtree_control", word) for word in enabled),
        (group / "cpuset.cpus", "0"),
        (group / "memory.max", str(512 * MIB)),
        *((group / "cgroup.subtree_control", word) for word in enabled),
    ]
    assert (group / "lab").is_dir()
    assert confinement.memory == group


def test_an_optional_controller_may_be_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, kernel = version_2(tmp_path / "cgroup"), Kernel(refuses="+io")
    version_2_by(kernel, root, monkeypatch)
    for folder in (root, root / "weblab-nanode"):
        words = [text for path, text in kernel.written if path.parent == folder and text[0] == "+"]
        assert words == ["+cpuset", "+memory", "+cpu", "+pids"]


@pytest.mark.parametrize("controller", ["+cpuset", "+memory"])
def test_a_required_controller_may_not_be_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, controller: str
) -> None:
    root = version_2(tmp_path / "cgroup")
    with pytest.raises(EnvironmentMissing, match="no cgroup of CPU 0 and 512 MiB can be made"):
        version_2_by(Kernel(refuses=controller), root, monkeypatch)


def test_a_kernel_without_the_controllers_is_refused(tmp_path: Path) -> None:
    root = version_2(tmp_path / "cgroup", "cpu pids")
    with pytest.raises(EnvironmentMissing, match="no cpuset and no memory controller"):
        Confinement(0, MIB, root).__enter__()


def test_without_permission_the_message_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissing, match="it needs root"):
        Confinement(0, MIB, tmp_path / "nothing").__enter__()


@pytest.mark.parametrize("make", [version_1, version_2])
def test_a_command_joins_the_cgroup_before_the_program_starts(tmp_path: Path, make: object) -> None:
    assert callable(make)
    confinement = Confinement(0, MIB, make(tmp_path / "cgroup")).__enter__()
    words = ["sh", "-c", 'echo "$$ $1"', "sh", "two words"]
    done = subprocess.run(
        confinement.command(words), capture_output=True, text=True, check=True
    ).stdout
    pid, _, said = done.strip().partition(" ")
    assert said == "two words"
    joined = [path.read_text().strip() for path in tmp_path.rglob("lab/cgroup.procs")]
    assert joined
    assert set(joined) == {pid}


def test_a_failed_removal_does_not_replace_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.adapters.confinement.END_WITHIN_S", 0.1)
    # Plain folders cannot be removed, since they contain files.
    with (
        pytest.raises(KeyboardInterrupt) as ended,
        Confinement(0, MIB, version_1(tmp_path / "cgroup")),
    ):
        raise KeyboardInterrupt
    assert "cannot be removed" in ended.value.__notes__[0]


def test_a_program_that_cannot_join_does_not_start(tmp_path: Path) -> None:
    confinement = Confinement(0, MIB, version_1(tmp_path / "cgroup"))  # does not exist
    done = subprocess.run(
        confinement.command(["echo", "started"]), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (125, "")
    assert os.strerror(2) in done.stderr or "nonexistent" in done.stderr


@pytest.mark.parametrize("nofile", [None, 300])
def test_a_program_in_it_gets_the_open_file_limit_it_asks_for(
    tmp_path: Path, nofile: int | None
) -> None:
    root = version_1(tmp_path / "cgroup")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    confinement = Confinement(0, MIB, root, nofile=nofile).__enter__()
    inside = confinement.command(["sh", "-c", "ulimit -Sn; ulimit -Hn"])
    told = subprocess.run(
        ["sh", "-c", 'ulimit -Sn 200; exec "$@"', "sh", *inside],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == [str(nofile or before)] * 2
    assert told.stderr == ""
