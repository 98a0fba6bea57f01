"""Load a verified server with Locust, sample the containers, and conclude the trial."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from labwire.events import LoadFailed, LoadFile, LoadResult, Ready, StepBegan, Tick
from labwire.phase import LoadPhase
from orchestrator.bench.bench import Bench
from orchestrator.bench.log_tails import tails
from orchestrator.bench.method import Measured, Subject
from orchestrator.bench.observe import under_load
from orchestrator.bench.sampler import Sampler
from orchestrator.errors import TrialFailed
from orchestrator.experiments.load import measure
from orchestrator.experiments.load.companions import doubts, used_by
from orchestrator.experiments.load.conclude import concluded
from orchestrator.experiments.load.observed import Observed
from orchestrator.model.observed import NOT_LOOKED_INSIDE, Process, UnderLoad
from orchestrator.model.observed import Observed as WhatRuns
from orchestrator.model.sample import Sample
from orchestrator.model.settings import Loading
from orchestrator.model.trial import TrialRecord
from orchestrator.ports import ContainerState, Load, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMethod:
    """The protocol of 2019, and an open loop if the profile has one."""

    loading: Loading

    @contextmanager
    def measured(self, subject: Subject, bench: Bench) -> Iterator[Measured]:
        """Load the server as the profile says.

        Raises:
            TrialFailed: the load failed.
        """
        server, workload = subject.server, subject.planned.expectation.workload
        idle, overflows = server.sample(), server.listen_overflows()
        subject.raw.keep_samples("server", [idle] if idle else [])
        with bench.load.at(server, workload, self.loading) as load:
            result, samples, serving = _loaded(load, subject, bench.progress)
            risen = _risen(overflows, server.listen_overflows())
            workers = len(load.workers)
            mates = subject.its.seen(samples[1 + workers :])

            def into(record: TrialRecord, state: ContainerState) -> TrialRecord:
                observed = Observed(
                    server=samples[0],
                    workers=samples[1 : 1 + workers],
                    idle=idle,
                    state=state,
                    image=subject.image,
                    start_s=subject.start_s,
                    listen_overflows=risen,
                    one_namespace=self.loading.placement.one_namespace,
                    shared=self.loading.placement.shared,
                )
                beside = used_by(record.companions, mates, result, observed, self.loading.placement)
                known = _with_serving(concluded(record, result, observed, beside), serving)
                return replace(known, caveats=(*known.caveats, *doubts(beside, mates)))

            yield Measured(into=into, wrong=_miscounted(result))


def _loaded(
    load: Load, subject: Subject, progress: Progress
) -> tuple[LoadResult, list[list[Sample]], UnderLoad | None]:
    sampler = Sampler([subject.server, *load.workers, *subject.its.containers])
    try:
        with sampler:
            result, serving = _followed(load, sampler, subject, progress)
    except TrialFailed as failure:
        with suppress(TrialFailed):
            failure.log_tail = tails(load.logs())
        raise
    finally:
        samples = sampler.taken()
        _keep(load, samples, subject)
    return result, samples, serving


def _keep(load: Load, samples: list[list[Sample]], subject: Subject) -> None:
    workers = (f"worker-{i}" for i in range(1, len(load.workers) + 1))
    names = ["server", *workers, *subject.its.names]
    for name, readings in zip(names, samples, strict=True):
        subject.raw.keep_samples(name, readings)
    with suppress(TrialFailed):
        for name, log in load.logs().items():
            subject.raw.keep_log(name, log)


def _followed(
    load: Load, sampler: Sampler, subject: Subject, progress: Progress
) -> tuple[LoadResult, UnderLoad | None]:
    """The load's result, and the processes that served as the hold began.

    They are read from the host's files, so this costs the server nothing.
    """
    before: tuple[Process, ...] | None = None
    serving: UnderLoad | None = None
    for event in load.events():
        if isinstance(event, StepBegan) and event.phase is LoadPhase.HOLD:
            serving = under_load(before, subject.server.processes(), event.users)
        if isinstance(event, Ready):
            subject.know(load_versions=event.versions)
            before = subject.server.processes()
        elif isinstance(event, Tick):
            progress.tick(event, sampler.latest_cpu(0))
        elif isinstance(event, StepBegan) and event.disturbed is not None:
            progress.note(_again(subject, event.disturbed))
        elif isinstance(event, LoadFile):
            subject.raw.keep_file(event)
        elif isinstance(event, LoadFailed):
            raise TrialFailed(event.reason)
        elif isinstance(event, LoadResult):
            return event, serving
    raise TrialFailed("the Locust master ended without a result")


def _with_serving(record: TrialRecord, serving: UnderLoad | None) -> TrialRecord:
    if serving is None:
        return record
    found = replace(record.server.observed or WhatRuns(why=NOT_LOOKED_INSIDE), under_load=serving)
    return replace(record, server=replace(record.server, observed=found))


def _again(subject: Subject, stolen: float) -> str:
    service, workload, _ = subject.planned.key
    return (
        f"{service} {workload}: the hypervisor took {stolen:.0%} of a CPU during the hold, so it "
        "is measured again"
    )


def _miscounted(result: LoadResult) -> str | None:
    """How the lab's counts differ from Locust's own; None if they agree."""
    totals, locust = measure.totals(result), result.locust
    if (totals.requests, totals.failures) == (locust.requests, locust.failures):
        return None
    return (
        f"the lab counted {totals.requests} requests and {totals.failures} failures, but "
        f"Locust counted {locust.requests} and {locust.failures}"
    )


def _risen(before: int | None, after: int | None) -> int | None:
    """By how much a counter rose; None if a reading is missing."""
    return None if before is None or after is None else after - before
