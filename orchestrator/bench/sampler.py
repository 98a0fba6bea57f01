"""Reads containers' cgroups through the engine while the load runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType

from orchestrator.model.sample import Sample
from orchestrator.ports import Container

# The engine needs a few milliseconds for a reading; half a second gives each step of `quick` two.
INTERVAL_S = 0.4


class Sampler:
    """A ``with`` block during which a thread collects samples of every container."""

    def __init__(self, containers: Sequence[Container]) -> None:
        self.samples: list[list[Sample]] = [[] for _ in containers]
        self._containers = containers
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._collect, name="sampler", daemon=True)

    def __enter__(self) -> Sampler:
        self._read()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self._read()  # so that the samples reach around the last step

    def _collect(self) -> None:
        while not self._done.wait(INTERVAL_S):
            self._read()

    def _read(self) -> None:
        for container, samples in zip(self._containers, self.samples, strict=True):
            sample = container.sample()
            if sample is not None:
                samples.append(sample)

    def latest_cpu(self, index: int) -> float | None:
        """CPU of one container between its last two samples, 1.0 = one whole CPU."""
        last = self.samples[index][-2:]
        if len(last) < 2 or last[1].at <= last[0].at:
            return None
        return (last[1].cpu_s - last[0].cpu_s) / (last[1].at - last[0].at)
