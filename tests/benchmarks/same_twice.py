"""Measures bases against copies of themselves: a framework tax that must be 0 within its interval.

    .venv/bin/python -m tests.benchmarks.same_twice asgi wsgi-waitress --budget 5m

In a scratch checkout each named base gets a copy of itself beside it, `asgi-again` and so on, which
is in no set. The lab then takes the copy for a framework on the base's server. `lab cost` measures
all of them together, and the program prints each tax; with ``--instructions`` also those that
`lab instructions` counts. The intervals are 95 % each, so one in twenty may miss 0.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestrator.files.manifests import MANIFEST, OF_THE_FRAMEWORK, folders, sets
from orchestrator.files.template import MARK
from orchestrator.files.toml import read_toml
from orchestrator.model.entry import framework_of
from tests.conftest import ROOT

AGAIN = "-again"
COPIED = ("services", "loadgen", "orchestrator", "results/published")
BLOCK = """\
  {name}:
    <<: *server
    image: weblab/{name}:local
    build: {{ context: services/{name}, args: {{ BASE: *python }} }}

"""


def main() -> int:
    """Print the taxes of the copies; exit code 1 if anything was not measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("bases", nargs="*", help="services of the set base; default: all of them")
    parser.add_argument("--budget", default="5m", help="of `lab cost`")
    parser.add_argument("--instructions", action="store_true", help="count instructions, too")
    parser.add_argument("--results", type=Path, help="where the records go; default: nowhere")
    wanted = parser.parse_args()
    bases = wanted.bases or sets(ROOT / "services")["base"]
    with TemporaryDirectory() as scratch:
        there = Path(scratch) / "lab"
        copies = checkout(there, bases)
        results = wanted.results or Path(scratch) / "results"
        pairs = [*bases, *copies]
        try:
            code = show(there, results, ["cost", *pairs, "--budget", wanted.budget], "reference")
            if wanted.instructions:
                code |= show(there, results, ["instructions", *pairs], "instructions")
        finally:
            images = [f"weblab/{name}:local" for name in copies]
            subprocess.run(["docker", "image", "rm", "--force", *images], check=False)
    return code


def checkout(there: Path, bases: Sequence[str]) -> list[str]:
    """A copy of what the repository tracks, with another copy of each base; their names."""
    for name in COPIED:
        shutil.copytree(ROOT / name, there / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("docker-compose.yml", ".dockerignore", ".env"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, there / name)
    services, compose = there / "services", there / "docker-compose.yml"
    known = folders(services)
    copies = [again(services, base, known[base]) for base in bases]
    blocks = "".join(BLOCK.format(name=name) for name in copies)
    compose.write_text(compose.read_text().replace(MARK, blocks + MARK))
    return copies


def again(services: Path, base: str, folder: str) -> str:
    """Copy a base with the files of its way to serve; the name of the copy."""
    name, framework = f"{base}{AGAIN}", services / framework_of(folder)
    shutil.copytree(framework, services / name, ignore=lambda at, all_: _folders(at, all_))
    for file in (services / folder).iterdir():
        if file.is_file():
            shutil.copy(file, services / name / file.name)
    manifest = services / name / MANIFEST
    text = manifest.read_text()
    shared = read_toml(framework / MANIFEST)
    missing = [key for key in OF_THE_FRAMEWORK if key not in read_toml(manifest)]
    text = "".join(f"{key} = {json.dumps(shared[key])}\n" for key in missing) + text
    manifest.write_text("\n".join(_changed(text.splitlines())) + "\n")
    return name


def _folders(at: str, names: Sequence[str]) -> list[str]:
    return [name for name in names if (Path(at) / name).is_dir()]


def _changed(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        key = line.partition(" = ")[0]
        if key == "name":
            line = f'{line.removesuffix(chr(34))} again"'
        yield "sets = []" if key == "sets" else line


def show(there: Path, results: Path, words: Sequence[str], unit: str) -> int:
    """Run the command in the checkout and print the framework taxes of its rows."""
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", *words, "--json", "--results", str(results)],
        cwd=there,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(there), str(there / "loadgen")))},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    inside = []
    for row in json.loads(done.stdout or "[]"):
        if (tax := row.get("framework_tax")) is not None:
            print(f"{row['workload']} {row['service']}: {line(tax, unit)}", flush=True)
            if tax["low"] is not None:
                inside.append(tax["low"] <= 0 <= tax["high"])
    print(f"0 is inside of {sum(inside)} of {len(inside)} intervals", flush=True)
    return done.returncode


def line(tax: dict[str, Any], unit: str) -> str:
    """A tax in words."""
    ratio = f"ratio {tax['ratio']:.4f}"
    if tax["low"] is None:
        return f"{tax['difference']:+.4g} {unit}, {ratio}, one pair: no interval"
    inside = tax["low"] <= 0 <= tax["high"]
    interval = f"{tax['low']:+.4g} to {tax['high']:+.4g}"
    ends = f"{tax['ratio_low']:.4f} to {tax['ratio_high']:.4f}"
    says = "0 is inside" if inside else "0 IS OUTSIDE"
    return f"{tax['difference']:+.4g} {unit} ({interval}), {ratio} ({ends}): {says}"


if __name__ == "__main__":
    sys.exit(main())
