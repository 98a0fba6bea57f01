"""The checkout that contains this code, and its compose file's limit of open files."""

from __future__ import annotations

import re
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.model.blocks import COMPOSE_FILE

ROOT = Path(__file__).parents[2]


def wanted_nofile(root: Path) -> int:
    """Open files that a container should be allowed: LAB_NOFILE's default in the compose file.

    Raises:
        UsageError: the file has no such default.
    """
    found = re.search(r"\$\{LAB_NOFILE:-(\d+)\}", (root / COMPOSE_FILE).read_text())
    if not found:
        raise UsageError(
            f"{COMPOSE_FILE}: LAB_NOFILE has no default; write it as ${{LAB_NOFILE:-NUMBER}}"
        )
    return int(found[1])
