"""Builds an image of a service that is slower by a loop, for comparisons whose answer is known.

    .venv/bin/python -m tests.benchmarks.slowed flask 200

prints the name of the image, which `lab ab flask --base here --head image:NAME` can compare, and
how long its loop takes. The loop of so many turns runs before each call of ``ujson.dumps``, so in
every request for ``/json``. ``lab ab ... --by instructions`` counts its instructions; they are a
far larger share of a request's instructions than of its time, because a CPU executes several at
once.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from orchestrator.adapters.compose import Compose
from orchestrator.files.checkout import ROOT

PRELUDE = """\
import ujson as _ujson

_dumps = _ujson.dumps


def _slower(*args, **kwargs):
    for _ in range({turns}):
        pass
    return _dumps(*args, **kwargs)


_ujson.dumps = _slower
"""


def image_name(service: str, turns: int) -> str:
    """The name of the slower image."""
    return f"weblab/{service}:slowed-{turns}"


def build(service: str, turns: int) -> str:
    """Build it; return its name."""
    name = image_name(service, turns)
    base = Compose(ROOT).containers()[service].base_image
    with tempfile.TemporaryDirectory(prefix="weblab-slowed-") as folder:
        context = Path(folder) / service
        shutil.copytree(ROOT / "services" / service, context)
        app = context / "app.py"
        app.write_text(PRELUDE.format(turns=turns) + app.read_text())
        subprocess.run(
            ["docker", "build", "-q", "-t", name, "--build-arg", f"BASE={base}", str(context)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return name


def loop_us(image: str, turns: int) -> float:
    """How long the loop takes in a container of the image, in microseconds: the best of five."""
    timed = f"import timeit; print(min(timeit.repeat('for _ in range({turns}): pass', number=999)))"
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", image, "python", "-c", timed],
        check=True,
        capture_output=True,
    )
    return float(done.stdout) / 999 * 1e6


if __name__ == "__main__":
    made = build(sys.argv[1], int(sys.argv[2]))
    print(made, f"{loop_us(made, int(sys.argv[2])):.2f} µs")
