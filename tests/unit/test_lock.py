"""One run measures on a host at a time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


HOLD = """\
import sys
from orchestrator.adapters.lock import only_one_run
from orchestrator.errors import EnvironmentMissing
try:
    with only_one_run():
        print("held", flush=True)
        sys.stdin.read()
except EnvironmentMissing as refused:
    print(f"refused: {refused}", flush=True)
"""


@contextmanager
def holder(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that holds the lock until its input ends, and what it said first."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


REFUSED = "refused: another run of the lab measures on this host; wait for it or stop it"


def test_a_second_run_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    with holder(tmp_path) as (first, said):
        assert said == "held"
        with holder(tmp_path) as (_, second_said):
            assert second_said == REFUSED
        first.communicate("")
        assert first.returncode == 0
        assert list(tmp_path.iterdir()) == []
        with holder(tmp_path) as (_, third_said):
            assert third_said == "held"


def test_a_run_that_was_killed_holds_nothing_any_more(tmp_path: Path) -> None:
    with holder(tmp_path) as (first, said):
        assert said == "held"
        first.kill()
        first.wait()
        with holder(tmp_path) as (_, second_said):
            assert second_said == "held"
