"""Reads the cgroup counters of containers through the engine while the load runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType

from orchestrator.model.sample import Sample
from orchestrator.ports import Container

# Pause between two requests for a sample. Docker engines, 20.10 among them, take samples only once
# a second and make the caller wait for the next one; engines that answer at once are asked this
# often.
INTERVAL_S = 0.5


class Sampler:
    """A ``with`` block during which a thread for each container collects its samples."""

    def __init__(self, containers: Sequence[Container]) -> None:
        self.samples: list[list[Sample]] = [[] for _ in containers]
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=self._collect, args=pair, name="sampler", daemon=True)
            for pair in zip(containers, self.samples, strict=True)
        ]

    def __enter__(self) -> Sampler:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The threads are not joined: a reading takes up to a second, and nobody needs the last one.
        self._done.set()

    def _collect(self, container: Container, samples: list[Sample]) -> None:
        while not self._done.is_set():
            sample = container.sample()
            if sample is not None and not self._done.is_set():
                samples.append(sample)
            self._done.wait(INTERVAL_S)

    def taken(self) -> list[list[Sample]]:
        """A copy of the samples collected so far, one list per container."""
        return [list(samples) for samples in self.samples]

    def latest_cpu(self, index: int) -> float | None:
        """CPU use of one container between its last two samples (1.0 = one whole CPU), or None."""
        last = self.samples[index][-2:]
        if len(last) < 2 or last[1].at <= last[0].at:
            return None
        return (last[1].cpu_s - last[0].cpu_s) / (last[1].at - last[0].at)
