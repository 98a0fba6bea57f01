"""The kernel's counters, with an event that every kernel counts: CPU time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestrator.adapters import perf
from orchestrator.errors import TrialFailed

# Threads: one exists when the count begins. On each line of stdin the program uses CPU time: in
# itself, in a new thread, in a new process that ends, and in a process that existed before.
PROGRAM = """\
import os, sys, threading, time
def burn():
    end = time.thread_time() + 0.1
    while time.thread_time() < end:
        pass
def parent_of_burning():
    pid = os.fork()
    if pid == 0:
        burn()
        os._exit(0)
    os.waitpid(pid, 0)
read, write = os.pipe()
back, done = os.pipe()
if os.fork() == 0:
    os.close(write)  # or it would wait for itself after its parent has ended
    os.read(read, 1)
    burn()
    os.write(done, b"x")
    os.read(read, 1)
    os._exit(0)
print("ready", flush=True)
sys.stdin.readline()
burn()
thread = threading.Thread(target=burn)
thread.start()
thread.join()
parent_of_burning()
os.write(write, b"x")
os.read(back, 1)
print("done", flush=True)
sys.stdin.readline()
"""
BURNT_NS = 4 * 100_000_000


@contextmanager
def running() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_all_threads_and_processes_count() -> None:
    with running() as process, perf.counting(perf.TASK_CLOCK, process.pid, "") as counters:
        assert process.stdin and process.stdout
        counters.begin()
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"
        assert counters.counted() >= BURNT_NS


def test_the_threads_of_all_descendants_are_found() -> None:
    with running() as process:
        found = perf.threads(process.pid)
        assert process.pid in found
        assert len(found) == 2


def test_a_process_that_ends_cannot_be_counted() -> None:
    with running() as process, perf.counting(perf.TASK_CLOCK, process.pid, "") as counters:
        process.kill()
        process.wait()
        with pytest.raises(TrialFailed, match="no process any more"):
            counters.begin()


def test_a_process_of_another_cgroup_is_not_counted() -> None:
    with (
        pytest.raises(TrialFailed, match="does not see the server's processes"),
        perf.counting(perf.TASK_CLOCK, os.getpid(), "no-such-cgroup"),
    ):
        pass


def test_this_host_is_asked_whether_it_counts() -> None:
    assert not perf.usable(perf.Event(0, 10_000))  # no such event


def open_files() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def test_the_counters_are_closed() -> None:
    before = open_files()
    with perf.counting(perf.TASK_CLOCK, os.getpid(), "") as counters:
        counters.begin()
        assert open_files() > before
    assert open_files() == before
