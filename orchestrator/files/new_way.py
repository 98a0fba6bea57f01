"""A new way to serve a framework: a copy of its own way, with a block in ``docker-compose.yml``.

The copy starts the same server with the same packages, so it passes verification as it is. Whoever
adds the way then changes lock, start and facts.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

from orchestrator.errors import UsageError
from orchestrator.files.manifests import MANIFEST, OF_THE_FRAMEWORK
from orchestrator.files.template import compose_problems, name_problems, with_block
from orchestrator.files.toml import read_toml
from orchestrator.files.way_block import way_block

START = "serve.sh"
SHELL = "#!/bin/sh"
"""The first line of a start, for linters."""
LOCK = ("requirements.in", "requirements.txt")
WAYS_BEGIN = "ARG WAY"
"""In the Dockerfile of a framework that can be served in several ways."""
OWN_LOCK, OWN_APP = "WORKDIR /app\nCOPY requirements.txt .\n", "COPY app.py .\n"
ANY_LOCK = """\
# The folder with the server's packages and its start: this one, or that of another way to serve.
ARG WAY=.
WORKDIR /app
COPY ${WAY}/requirements.txt .
"""
ANY_APP = "COPY app.py ${WAY}/serve.sh ./\n"
COMMAND = re.compile(r"^CMD (\[.*\])\n", re.MULTILINE)
NOTE = "A copy of {name}, still with its server: write here how this way serves, and why."


def new_way(root: Path, framework: str, way: str) -> Path:
    """Make a way to serve a framework and add its compose block; return the new folder.

    If the framework has been served in one way only, its Dockerfile gets the build argument WAY,
    and its start moves from there to a ``serve.sh``.

    Raises:
        UsageError: the framework does not exist, its Dockerfile or its compose block cannot be
            taken for several ways, or the way's name is not allowed or already exists.
        OSError: a file cannot be written.

    After an error all files are as they were.
    """
    own, name = root / "services" / framework, f"{framework}-{way}"
    compose = root / "docker-compose.yml"
    if not (own / MANIFEST).is_file() or framework.startswith("_"):
        raise UsageError(f"no services/{framework}/{MANIFEST}: add the framework first (`lab new`)")
    text = compose.read_text()
    dockerfile, start = _of_many_ways(own)
    block = way_block(text, framework, way)
    problems = [*name_problems(way), *name_problems(name)][:1]
    if (own / way).exists() or (root / "services" / name).exists():
        problems.append(f"{name}: already there in services/")
    problems += compose_problems(text, name)
    if block is None:
        problems.append(
            f"docker-compose.yml: the block of {framework} is not made like the others; it needs "
            f"`image: weblab/{framework}:...` and `args: {{ BASE: *... }}` in one line each"
        )
    if start is None:
        problems.append(
            f"services/{framework}/Dockerfile: build it for several ways yourself, as that of "
            f"services/flask is: `{WAYS_BEGIN}=.`, its files copied from ${{WAY}}, and the start "
            f"in {START}"
        )
    if problems or block is None or start is None:
        raise UsageError(problems)
    texts = {
        own / "Dockerfile": dockerfile,
        own / START: start,
        compose: with_block(text, block),
    }
    before = {path: path.read_bytes() if path.is_file() else None for path in texts}
    try:
        _make(own, way, start)
        for path, after in texts.items():
            path.write_text(after)
    except OSError:
        shutil.rmtree(own / way, ignore_errors=True)
        _restore(before)
        raise
    return own / way


def _restore(before: dict[Path, bytes | None]) -> None:
    """Give each file that differs its content back; None: it was not there."""
    for path, content in before.items():
        if content is None:
            path.unlink(missing_ok=True)
        elif path.read_bytes() != content:
            path.write_bytes(content)


def _of_many_ways(own: Path) -> tuple[str, str | None]:
    """The framework's Dockerfile for several ways, and its own start; None if it cannot be told."""
    dockerfile, start = (own / "Dockerfile").read_text(), own / START
    if WAYS_BEGIN in dockerfile and start.is_file():
        return dockerfile, start.read_text()
    return (dockerfile, None) if start.is_file() else of_many_ways(dockerfile)


def of_many_ways(dockerfile: str) -> tuple[str, str | None]:
    """A Dockerfile that takes lock and start from the folder WAY, and the start that it had.

    The start is None if the Dockerfile is not made like those of the other frameworks.
    """
    found = COMMAND.findall(dockerfile)
    once = len(found) == 1 and all(dockerfile.count(one) == 1 for one in (OWN_LOCK, OWN_APP))
    if not once:
        return dockerfile, None
    many = dockerfile.replace(OWN_LOCK, ANY_LOCK).replace(OWN_APP, ANY_APP)
    start = f"{SHELL}\nexec {shlex.join(json.loads(found[0]))}\n"
    return COMMAND.sub(f'CMD ["sh", "{START}"]\n', many), start


def _make(own: Path, way: str, start: str) -> None:
    folder = own / way
    folder.mkdir()
    for lock in LOCK:
        shutil.copy(own / lock, folder / lock)
    (folder / START).write_text(start)
    (folder / MANIFEST).write_text(_manifest(read_toml(own / MANIFEST), way))


def _manifest(table: dict[str, Any], way: str) -> str:
    """The framework's facts as the way's, which is in no set yet."""
    name = table["name"]
    own = {key: value for key, value in table.items() if key not in OF_THE_FRAMEWORK}
    facts = own | {
        "name": f"{name}+{way.capitalize()}",
        "sets": [],
        "notes": [NOTE.format(name=name)],
    }
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in facts.items())
    return f"# The facts of {name}'s own way to serve: correct each line.\n{''.join(lines)}"
