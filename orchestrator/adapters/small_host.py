"""A small host on a larger one: a confinement, an engine in it, and a run of the lab on that."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from orchestrator.adapters.confinement import Confinement
from orchestrator.adapters.private_engine import private_engine
from orchestrator.world import small_host


def confined(cpu: int, memory_bytes: int, nofile: int) -> Confinement:
    """One CPU and so much memory; programs in it ask for ``nofile`` open files."""
    return Confinement(cpu, memory_bytes, nofile=nofile)


def engine(confinement: small_host.Confinement, folder: Path) -> AbstractContextManager[str]:
    """An engine with nothing in it, which may keep images and containers in ``folder``."""
    return private_engine(confinement, folder)


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run it to its end; an interrupt is passed on once, and the run saves what it has."""
    with subprocess.Popen(
        command,
        env={**os.environ, **environment},
        start_new_session=True,  # else a terminal interrupts it as well, and twice is too often
    ) as run:
        try:
            return run.wait()
        except KeyboardInterrupt:
            run.terminate()
            return run.wait()
