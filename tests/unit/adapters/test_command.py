"""Other programs end in time, or are ended with their children, and errors are messages."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator import interrupts
from orchestrator.adapters import changes, host, image_archive, pip_index
from orchestrator.adapters.command import NotThere, TookTooLong, run, said
from orchestrator.errors import EnvironmentMissing
from orchestrator.interrupts import Interrupts


def test_output_and_exit_code_of_a_program(tmp_path: Path) -> None:
    script = 'cat; echo "$MINE" >&2; pwd; exit 3'
    done = run(
        ["sh", "-c", script],
        within_s=60,
        remedy="",
        cwd=tmp_path,
        environment={"MINE": "seen"},
        stdin=b"given ",
    )
    assert (done.returncode, done.stdout, said(done)) == (3, f"given {tmp_path}\n".encode(), "seen")


def test_a_missing_program_is_named_with_the_remedy() -> None:
    with pytest.raises(NotThere, match=r"^no `lab-none` command \(No such file .*\); install it$"):
        run(["lab-none"], within_s=1, remedy="install it")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ended(pid: int) -> bool:
    """Whether the process has ended. Otherwise it would outlive the tests."""
    deadline = threading.Event()
    return any(not alive(pid) or deadline.wait(0.02) for _ in range(500)) and not alive(pid)


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """The lab would wait for a child that keeps the output open."""
    script = f"sleep 600 & echo $! > {tmp_path}/child; wait"
    with pytest.raises(
        TookTooLong, match=r"^`sh -c sleep.*` did not end within 0\.5 s and was stopped: find out"
    ):
        run(["sh", "-c", script], within_s=0.5, remedy="")
    assert ended(int((tmp_path / "child").read_text()))


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Signals are handled as in a run."""
    usual = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(interrupts, "_OURS", Interrupts())
    signal.signal(signal.SIGINT, interrupts._OURS.take)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.usefixtures("ours")
def test_an_interrupt_ends_a_program_too(tmp_path: Path) -> None:
    child = tmp_path / "child"
    os.mkfifo(child)
    pid: list[int] = []

    def interrupt() -> None:
        pid.append(int(child.read_text()))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run(["sh", "-c", f"echo $$ > {child}; exec sleep 600"], within_s=600, remedy="")
    thread.join()
    assert ended(pid[0])


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which every program that the lab calls hangs."""
    for name in ("docker", "git", "python"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\n/bin/sleep 600\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setattr("orchestrator.adapters.command.GIT_WITHIN_S", 0.2)
    monkeypatch.setattr("orchestrator.adapters.changes.CONFIG_WITHIN_S", 0.2)
    monkeypatch.setattr("orchestrator.adapters.image_archive.CALL_WITHIN_S", 0.2)
    monkeypatch.setattr("orchestrator.adapters.pip_index.PIP_WITHIN_S", 0.2)
    (tmp_path / "archive").write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(host.lab_commit, id="the checkout's commit"),
        pytest.param(lambda folder: changes.fork_point(folder, "main"), id="lab changed"),
        pytest.param(lambda folder: changes.definitions(folder, b""), id="two compose files"),
        pytest.param(lambda folder: image_archive.load(folder / "archive"), id="images-load"),
        pytest.param(lambda folder: image_archive.save(["x"], folder / "new"), id="images-save"),
        pytest.param(lambda _: pip_index.default_index(), id="the package index"),
    ],
)
def test_every_call_of_a_program_that_hangs_ends_with_exit_code_3(
    hanging: Path, call: Callable[[Path], object]
) -> None:
    with pytest.raises(EnvironmentMissing, match=r"did not end within 0\.2 s") as told:
        call(hanging)
    assert told.value.exit_code == 3
