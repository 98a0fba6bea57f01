"""The loop: searches of each service, one after the other; each probe is saved."""

from __future__ import annotations

import random
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.instructions import HASH_SEED, SEEDS
from orchestrator.bench.served import served
from orchestrator.bench.verify import check, probed
from orchestrator.errors import EnvironmentMissing, TrialFailed, unforeseen
from orchestrator.experiments.size.bisection import highest_kept, next_rate, probe_requests
from orchestrator.experiments.size.plan import SizePlan
from orchestrator.experiments.size.record import Probe, Search, SizedService, SizeRecord
from orchestrator.model.entry import Entry
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import TrialPhase
from orchestrator.ports import SliceLoad
from orchestrator.stats.histogram import merged, percentiles

CONNECTIONS = 128
"""Of the open loop: a request that finds all of them busy waits, as part of its latency."""
CLOSED_CONNECTIONS = 16
WARM_UP_S, CAPACITY_S = 1.0, 2.0
LOOK_S, LOOKS_MOST = 0.25, 30
"""How long single requests follow one another before a look at their latency, and how often, until
the server counts as recovered. A request that times out makes a look last longer."""

Steps = Generator[SizeRecord, None, None]


def run(plan: SizePlan, record: SizeRecord, bench: Bench) -> Steps:
    """Search for each service; yields the record after each probe.

    Raises:
        EnvironmentMissing: the engine does not answer any more.
    """
    yield record
    for trial in plan.trials:
        earlier = record.services
        with closing(_service(plan, trial, bench)) as found:
            for service in found:
                record = replace(record, services=(*earlier, service))
                yield record


def _service(
    plan: SizePlan, trial: PlannedTrial, bench: Bench
) -> Generator[SizedService, None, None]:
    """A service's searches, yielded again after each probe, or the reason of a failure."""
    manifest = trial.entry.manifest
    found = SizedService(service=manifest.id, name=manifest.name)
    where = f"[{trial.order}/{len(plan.trials)}] {manifest.name}"
    phase = TrialPhase.BUILD
    draw = random.Random(f"{plan.settings.seed} {manifest.id}")
    try:
        images = bench.images_of(trial.entry)
        if isinstance(images, TrialFailed):
            raise images
        found = replace(found, base=images[0].base)
        phase = TrialPhase.LOAD
        for number in range(1, plan.settings.searches + 1):
            earlier = found.searches
            with closing(_search(plan, trial, draw.randrange(SEEDS), bench)) as searching:
                for search in searching:
                    found = replace(found, searches=(*earlier, search))
                    yield found
            bench.progress.note(f"{where}, search {number}: {_said(found.searches[-1])}")
    except EnvironmentMissing:  # no other service could be measured either
        raise
    except Exception as error:  # noqa: BLE001 - an error in one service must not end the run
        failure = error if isinstance(error, TrialFailed) else unforeseen(error)
        reason = f"{phase}: {failure.reason}"
        bench.progress.note(f"{where}: failed in {reason}")
        yield replace(found, reason=reason, log_tail=failure.log_tail or None)


def _search(
    plan: SizePlan, trial: PlannedTrial, hash_seed: int, bench: Bench
) -> Generator[Search, None, None]:
    """One search with a new container, yielded again after each probe."""
    with (
        served(_seeded(trial.entry, hash_seed), bench.engine) as its,
        bench.load.slices(trial.expectation.workload, plan.loading) as load,
    ):
        check(probed(its.server, trial), its.server, trial)
        load.aim(
            [its.server], within_s=trial.entry.container.ready_within_s, connections=CONNECTIONS
        )
        load.saturate(0, CLOSED_CONNECTIONS, WARM_UP_S)
        search = Search(capacity=_capacity(load))
        while (rate := next_rate(search.probes, search.capacity)) is not None:
            if search.probes and not search.probes[-1].kept:
                _recover(plan, load)
            search = replace(search, probes=(*search.probes, _probe(plan, load, rate)))
            if (ended := its.ended()) is not None:
                raise ended
            yield search


def _seeded(entry: Entry, hash_seed: int) -> Entry:
    environment = {**entry.container.environment, HASH_SEED: str(hash_seed)}
    return replace(entry, container=replace(entry.container, environment=environment))


def _capacity(load: SliceLoad) -> float:
    """Requests/s in a closed loop.

    Raises:
        TrialFailed: no request succeeded.
    """
    done = load.saturate(0, CLOSED_CONNECTIONS, CAPACITY_S)
    (server,) = done.servers
    if not server.completed:
        raise TrialFailed("no request succeeded before the search")
    return server.completed / done.duration_s


def _recover(plan: SizePlan, load: SliceLoad) -> None:
    """Wait until single requests are answered in time again, for `LOOKS_MOST` looks at most.

    A server that was sent too much may still work on requests that the client has given up, and
    they would be in the way of the next rate.
    """
    for _ in range(LOOKS_MOST):
        done = load.saturate(0, 1, LOOK_S)
        (server,) = done.servers
        p99_ms = percentiles(merged([server.histogram])).p99_ms
        if p99_ms is not None and p99_ms <= plan.settings.p99_s * 1000 and not server.failures:
            return


def _probe(plan: SizePlan, load: SliceLoad, rate: float) -> Probe:
    requests = probe_requests(rate, plan.settings.p99_s)
    done = load.spread(requests, rate, 0)
    (server,) = done.servers
    failures = sum(server.failures.values())
    p99_ms = percentiles(merged([server.histogram])).p99_ms
    settings = plan.settings
    kept = (
        p99_ms is not None
        and p99_ms <= settings.p99_s * 1000
        and failures <= settings.errors * requests
    )
    return Probe(
        rate=rate,
        requests=requests,
        failures=failures,
        p99_ms=p99_ms,
        idle=done.idle,
        kept=kept,
    )


def _said(search: Search) -> str:
    rate = highest_kept(search.probes)
    probes = f"{len(search.probes)} probes"
    return (
        f"the promise was kept at no rate ({probes})"
        if rate is None
        else f"{rate:,.0f} requests/s ({probes}, {search.capacity:,.0f} in a closed loop)"
    )
