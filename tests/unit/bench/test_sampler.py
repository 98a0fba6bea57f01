"""Samples of containers are taken while the block runs."""

import threading

from orchestrator.bench.sampler import Sampler
from orchestrator.model.sample import Sample
from tests.fakes import FakeContainer


def sample(at: float, cpu_s: float) -> Sample:
    return Sample(at=at, cpu_s=cpu_s, memory_bytes=0, throttled_s=0.0)


class Sampled(FakeContainer):
    """Sets an event when it is asked again after its last sample, which is kept by then."""

    def __init__(self, name: str, *samples: Sample) -> None:
        super().__init__(name, samples=samples)
        self.exhausted = threading.Event()

    def sample(self) -> Sample | None:
        found = super().sample()
        if found is None:
            self.exhausted.set()
        return found


def test_each_container_has_its_own_samples() -> None:
    server, worker = Sampled("server", sample(1, 1)), Sampled("worker", sample(2, 2))
    with Sampler([server, worker]) as sampler:
        assert server.exhausted.wait(timeout=30)
        assert worker.exhausted.wait(timeout=30)
    assert sampler.samples == [[sample(1, 1)], [sample(2, 2)]]


def test_a_container_that_gives_no_sample_has_none() -> None:
    gone = Sampled("gone")
    with Sampler([gone]) as sampler:
        assert gone.exhausted.wait(timeout=30)
    assert sampler.samples == [[]]


def test_the_latest_cpu_use_is_that_between_the_last_two_samples() -> None:
    sampler = Sampler([FakeContainer("server")])
    sampler.samples[0].extend([sample(0, 0), sample(10, 0), sample(12, 1)])
    assert sampler.latest_cpu(0) == 0.5


def test_one_sample_or_two_at_the_same_time_give_no_cpu_use() -> None:
    sampler = Sampler([FakeContainer("server"), FakeContainer("worker")])
    sampler.samples[0].append(sample(1, 1))
    sampler.samples[1].extend([sample(1, 1), sample(1, 2)])
    assert (sampler.latest_cpu(0), sampler.latest_cpu(1)) == (None, None)
