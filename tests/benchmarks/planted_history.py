"""Makes a history of the committed runs and of 30 synthetic ones, and looks for what was planted.

    .venv/bin/python -m tests.benchmarks.planted_history --file /tmp/history.jsonl
    .venv/bin/lab history --file /tmp/history.jsonl

The synthetic runs have nine services. One of them gets slower by 3 standard deviations of a run's
value after 10 nights, and back after 20. Exit code 1 if the history does not have exactly these two
change points. With ``--seeds 20`` it does so for 20 histories, and prints how many are right.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from orchestrator.app.history import CALLED, add, history
from orchestrator.files.checkout import ROOT
from orchestrator.files.history import alone, read_lines, write_lines
from orchestrator.files.results_dir import runs as folders
from orchestrator.history.checked import checked
from orchestrator.history.found import Found
from orchestrator.history.run import KeptRun, added
from tests.benchmarks.change_points import found_both
from tests.benchmarks.nights import HOST, Nights, places, runs

SERVICES = (
    "aiohttp", "bottle", "django", "flask", "japronto", "pyramid", "sanic", "starlette", "tornado",
)  # fmt: skip
CHANGED, TRUE, COUNT = "flask", (10, 20), 30


def main() -> int:
    """Make the history, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--file", type=Path, help="keep the history here")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="histories, each with another seed")
    wanted = parser.parse_args()
    right = 0
    for seed in range(wanted.seed, wanted.seed + wanted.seeds):
        with tempfile.TemporaryDirectory() as folder:
            known = made(wanted.file or Path(folder) / "history.jsonl", seed)
        print(f"seed {seed}: {told(known)}")
        right += as_planted(known)
    print(f"{right} of {wanted.seeds} histories show what was planted, and nothing besides")
    return 0 if right == wanted.seeds else 1


def made(file: Path, seed: int) -> tuple[Found, ...]:
    """Every line of the history that this makes in the file."""
    results = ROOT / "results"
    add(results, [path.name for path in folders(results)], file)
    planted(file, seed)
    return history(file)


def planted(file: Path, seed: int) -> None:
    """Add the synthetic runs to the file, as `lab history add` adds runs."""
    nights, draw = Nights(), np.random.default_rng(seed)
    flat = np.zeros(COUNT)
    changed = 3 * nights.sigma * (np.arange(COUNT) // 10 == 1)
    values = {name: nights.values(changed if name == CHANGED else flat, draw) for name in SERVICES}
    with alone(file):
        kept = checked(read_lines(file, KeptRun, CALLED), str(file))
        for run in runs(values):
            kept = added(kept, run)
        write_lines(file, kept)


def as_planted(known: tuple[Found, ...]) -> bool:
    """Whether the two change points are there, and none besides, in any line of the history."""
    changed = [one for one in known if one.changes]
    return [one.line.key.service for one in changed] == [CHANGED] and all(
        dict(one.line.key.conditions) == HOST and found_both(places(one), TRUE) for one in changed
    )


def told(known: tuple[Found, ...]) -> str:
    """What was found, in a line."""
    count = len({point.run.run for one in known for point in one.line.points})
    changed = "; ".join(
        f"{one.line.key.service} at runs {', '.join(map(str, places(one)))}"
        for one in known
        if one.changes
    )
    return f"{count} runs, {len(known)} lines, change points: {changed or 'none'}"


if __name__ == "__main__":
    sys.exit(main())
