"""The checkout that this code stands in, and what its compose file says beside the containers."""

from __future__ import annotations

import re
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.model.blocks import COMPOSE_FILE

ROOT = Path(__file__).parents[2]


def wanted_nofile(root: Path) -> int:
    """Open files that a container should have: the default of LAB_NOFILE in the compose file.

    Raises:
        UsageError: the file has no such default.
    """
    found = re.search(r"\$\{LAB_NOFILE:-(\d+)\}", (root / COMPOSE_FILE).read_text())
    if not found:
        raise UsageError(
            f"{COMPOSE_FILE}: no ${{LAB_NOFILE:-...}} says how many open files to ask for"
        )
    return int(found[1])
