"""A small host on a larger one: a confinement, an engine in it, and a run of the lab there."""

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
    """A group with one CPU and this much memory; programs in it may open ``nofile`` files."""
    return Confinement(cpu, memory_bytes, nofile=nofile)


def engine(
    confinement: small_host.Confinement, folder: Path, *, bridges: bool
) -> AbstractContextManager[str]:
    """An engine without images or containers, which keeps them in ``folder``."""
    return private_engine(confinement, folder, bridges=bridges)


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end; an interrupt is passed on once, so that the run saves its data."""
    with subprocess.Popen(
        command,
        env={**os.environ, **environment},
        start_new_session=True,  # so that the terminal does not interrupt it a second time
    ) as run:
        try:
            return run.wait()
        except KeyboardInterrupt:
            run.terminate()
            return run.wait()
