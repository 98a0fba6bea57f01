"""Kills and interrupts runs at random moments, and checks that nothing is lost or left behind.

    .venv/bin/python -m tests.e2e.interruptions --kills 20 --interrupts 20 --seed 1

For each hit, a run of four trials starts in its own folder and is killed or interrupted once. A
quarter of the hits fall into the run's last second. Half of the interrupts are repeated at once, as
an impatient person would do. Then the run is finished with ``--resume``. The program prints a row
for each run, and what was wrong.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import docker

from orchestrator import codec
from orchestrator.adapters.docker_engine import RUN
from orchestrator.adapters.docker_lock import NAME
from orchestrator.files import checksums
from orchestrator.files.checkout import wanted_nofile
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Outcome, TrialRecord

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "orchestrator", "run"]
TRIALS = 4
OPTIONS = [
    *("bottle", "--workload", "text", "--repeats", str(TRIALS)),
    *("--profile", "smoke", "--duration", "1", "--seed", "1", "--results"),
]
WITHIN_S = 180
INTERRUPTED = 130


@dataclass(kw_only=True)
class Hit:
    """One run that was hit, and its result."""

    number: signal.Signals
    at_s: float
    again: bool
    measured: int = 0
    code: int | None = None
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds from a run's start to its end, and from its second to last saved row to its end."""

    whole_s: float
    tail_s: float


def record(results: Path) -> RunRecord | None:
    """The run's record; None if none was saved yet."""
    found = list(results.glob("*/run.json"))
    return codec.decode(found[0].read_bytes(), str(found[0])) if found else None


def measured(results: Path) -> dict[tuple[str, str, int], TrialRecord]:
    """The rows that are measured so far."""
    known = record(results)
    rows = known.trials if known else ()
    return {row.key: row for row in rows if row.outcome is Outcome.MEASURED}


def leftovers() -> list[str]:
    """Containers, networks and locks of any run."""
    client = docker.from_env()
    try:
        labelled: dict[str, str | list[str] | bool] = {"label": RUN}
        named: dict[str, str | list[str] | bool] = {"name": f"^/{NAME}$"}
        containers = [
            *client.containers.list(all=True, ignore_removed=True, filters=labelled),
            *client.containers.list(all=True, ignore_removed=True, filters=named),
        ]
        networks = client.networks.list(filters=labelled)
        return [str(c.name) for c in containers] + [str(n.name) for n in networks]
    finally:
        client.close()


def started(results: Path) -> subprocess.Popen[str]:
    """Start a run of four trials in the background."""
    return subprocess.Popen(
        [*COMMAND, *OPTIONS, str(results)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def pace() -> Pace:
    """How long an undisturbed run takes."""
    with tempfile.TemporaryDirectory() as folder:
        begin, run, last = time.monotonic(), started(Path(folder)), None
        while run.poll() is None:
            if last is None and len(measured(Path(folder))) == TRIALS - 1:
                last = time.monotonic()
            time.sleep(0.02)
        run.communicate()
        end = time.monotonic()
    assert run.returncode == 0
    return Pace(whole_s=end - begin, tail_s=end - (last or begin))


def hit(results: Path, made: Hit, usual: Pace, last_second: bool) -> bool:
    """Hit a run at that moment; False if it had ended before."""
    begin, run = time.monotonic(), started(results)
    moment = begin + made.at_s
    while time.monotonic() < moment and run.poll() is None:
        if last_second and len(measured(results)) == TRIALS - 1:
            moment = min(moment, time.monotonic() + usual.tail_s - (usual.whole_s - made.at_s))
            last_second = False
        time.sleep(0.01)
    if run.poll() is not None:
        run.communicate()
        return False
    before = measured(results)
    run.send_signal(made.number)
    if made.again:
        run.send_signal(made.number)
    said = run.communicate(timeout=WITHIN_S)[0]
    made.code = run.returncode
    made.wrong += checked_after_hit(results, made, before, said)
    made.measured = len(measured(results))
    return True


def checked_after_hit(
    results: Path, made: Hit, before: dict[tuple[str, str, int], TrialRecord], said: str
) -> Iterator[str]:
    """Problems right after the hit."""
    now = measured(results)
    if any(now.get(key) != row for key, row in before.items()):
        yield "a measured row is lost or changed"
    if made.number is signal.SIGKILL:
        return
    if made.code != INTERRUPTED:
        yield f"exit code {made.code}: {said[-300:]}"
    if "Traceback" in said:
        yield f"a traceback: {said[-300:]}"
    if "before anything was measured" in said and now:
        yield "it says that nothing was measured"
    if left := leftovers():
        yield f"left after the interrupt: {', '.join(left)}"


def finished(results: Path, made: Hit) -> Iterator[str]:
    """Resume the run to its end, and return problems."""
    if record(results) is None:
        return  # hit before the run had begun
    before = measured(results)
    done = subprocess.run(
        [*COMMAND, "--resume", "latest", "--results", str(results)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    if done.returncode != 0:
        yield f"resuming ends with {done.returncode}: {(done.stdout + done.stderr)[-300:]}"
    yield from wrong_with_record(results, before)
    yield from wrong_with_files(results)
    if left := leftovers():
        yield f"left at the end: {', '.join(left)}"


def wrong_with_record(
    results: Path, before: dict[tuple[str, str, int], TrialRecord]
) -> Iterator[str]:
    """What is missing in a finished run's record, or differs from ``before``."""
    now, rows = record(results), measured(results)
    assert now is not None
    if len(now.trials) != TRIALS or len(rows) != TRIALS:
        yield f"{len(rows)} rows are measured of {len(now.trials)}"
    if any(rows.get(key) != row for key, row in before.items()):
        yield "a measured row changed when the run went on"
    if now.finished_at is None or now.interrupted:
        yield "the run is not said to have finished"
    if not now.caveats and now.host.nofile < wanted_nofile(ROOT):
        yield "its doubts are missing"


def wrong_with_files(results: Path) -> Iterator[str]:
    """Files that are missing in a finished run's folder, or should not be there."""
    now = record(results)
    (path,) = results.glob("*/run.json")
    assert now is not None
    if not (path.parent / "report" / "index.html").is_file():
        yield "there is no report"
    if differences := checksums.differences(path.parent):
        yield f"the manifest differs: {', '.join(differences)}"
    raw = {name for row in now.trials for name in row.raw}
    if raw != set(checksums.raw(path.parent)):
        yield "raw files are missing, or of no row"
    if odd := [file.name for file in path.parent.rglob(".*")]:
        yield f"half-written files stay: {', '.join(odd)}"


def hits(kills: int, interrupts: int, usual: Pace, dice: random.Random) -> Iterator[Hit]:
    """Hit this many runs, a quarter of each kind in the last second."""
    for number, count in ((signal.SIGKILL, kills), (signal.SIGINT, interrupts)):
        for index in range(count):
            last_second = index % 4 == 0
            while True:  # the run was faster than usual and ended before its hit
                at_s = (
                    usual.whole_s - dice.random() if last_second else dice.random() * usual.whole_s
                )
                again = number is not signal.SIGKILL and index % 2 == 1
                made = Hit(number=number, at_s=at_s, again=again)
                with tempfile.TemporaryDirectory() as folder:
                    if not hit(Path(folder), made, usual, last_second):
                        continue
                    made.wrong += finished(Path(folder), made)
                break
            yield made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--interrupts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    usual, bad = pace(), 0
    print(f"an undisturbed run takes {usual.whole_s:.1f} s", flush=True)
    print("| signal | at s | twice | exit code | measured by then | wrong |\n" + 6 * "|---" + "|")
    for made in hits(told.kills, told.interrupts, usual, random.Random(told.seed)):
        wrong = "; ".join(made.wrong) or "nothing"
        twice = "yes" if made.again else ""
        print(
            f"| {made.number.name} | {made.at_s:.2f} | {twice} | {made.code} | {made.measured} "
            f"| {wrong} |",
            flush=True,
        )
        bad += bool(made.wrong)
    print(f"{told.kills + told.interrupts} runs were hit; something was wrong with {bad}")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
