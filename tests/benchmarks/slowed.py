"""Builds an image of a service that is slower by a loop, for comparisons whose answer is known.

    .venv/bin/python -m tests.benchmarks.slowed flask 200

prints the name of the image, which `lab ab flask --base here --head image:NAME` can compare. The
loop of so many turns runs before each call of ``ujson.dumps``, so in every request for ``/json``.
How much slower that is: ``lab ab ... --by instructions`` counts it.
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
        )
    return name


if __name__ == "__main__":
    print(build(sys.argv[1], int(sys.argv[2])))
