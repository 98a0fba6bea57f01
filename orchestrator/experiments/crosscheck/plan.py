"""Make a cross-check's plan from its settings: each slice is one step of load."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isclose

from labwire.client import MOST_USERS, Client
from labwire.exchange import JudgedBy
from labwire.expectation import Expectation
from orchestrator.errors import UsageError
from orchestrator.experiments.crosscheck.record import CrossCheck, CrossCheckSettings
from orchestrator.experiments.experiment import Placed
from orchestrator.experiments.plans import each_once, unknown
from orchestrator.model.blocks import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.settings import Loading, PlannedTrial, Profile
from orchestrator.profiles import PROFILES, SPARE_FILES

LONGEST_ARGUMENT = 128 * 1024
"""Bytes of one argument of a program, the NUL at its end included (Linux, MAX_ARG_STRLEN). wrk gets
the right answer as one."""
MOST_PAIRS = 10_000
MOST_SECONDS = 60
MOST_BUDGET_S = 86_400
BAD_FOR_WRK = 400
"""wrk counts answers with this status and above as errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheckPlan:
    """Each service once; ``loading`` is that of the lab's client: one step for each slice."""

    settings: CrossCheckSettings
    loading: Loading
    trials: tuple[PlannedTrial, ...]


def plan(
    settings: CrossCheckSettings, known: Catalogue, placed: Placed, _earlier: CrossCheck | None
) -> CrossCheckPlan:
    """A plan with one worker for the lab's client, because wrk has one thread.

    Raises:
        UsageError: wrk cannot check this workload, or this host does not allow that many
            connections.
    """
    worker, placement = placed.containers[LOCUST_WORKER], placed.placement
    found = wrk_problems(known.contract[settings.workload])
    most = worker.nofile - SPARE_FILES
    if settings.connections > most:
        found.append(f"--connections {settings.connections}: this host allows at most {most}")
    if found:
        raise UsageError(found)
    return CrossCheckPlan(
        settings=settings,
        loading=Loading(
            profile=slice_profile(settings),
            client=settings.client,
            placement=replace(placement, load_cpus=placement.load_cpus[:1]),
            master=placed.containers[LOCUST_MASTER],
            worker=worker,
        ),
        trials=each_once(settings.services, known.contract[settings.workload], known, placed),
    )


def wrk_problems(expected: Expectation) -> list[str]:
    """Why wrk cannot check this workload, in words; empty if it can."""
    right, where = expected.right, f"workload {expected.workload}"
    if expected.mix or right.judged_by is not JudgedBy.BYTES or right.also:
        return [
            f"{where}: wrk sends one request and compares bytes, and this workload has several "
            "requests or is judged in another way; cross-check another workload"
        ]
    found = []
    if right.status >= BAD_FOR_WRK:
        found.append(
            f"{where}: its right answer has the status {right.status}, and wrk counts every status "
            f"from {BAD_FOR_WRK} on as an error; cross-check another workload"
        )
    if len(right.body) >= LONGEST_ARGUMENT:
        found.append(
            f"{where}: its right answer has {len(right.body):,} bytes, and wrk can be given at "
            f"most {LONGEST_ARGUMENT - 1:,} to compare with; cross-check another workload"
        )
    if b"\0" in right.body:
        found.append(
            f"{where}: its right answer contains NUL, which wrk cannot be given to compare with; "
            "cross-check another workload"
        )
    return found


def problems(settings: CrossCheckSettings, there: Names) -> list[str]:
    """Every problem with the settings, in words; empty if there is none."""
    found = unknown(settings.services, settings.workloads, there)
    if settings.pairs is not None and not 1 <= settings.pairs <= MOST_PAIRS:
        found.append(f"--pairs {settings.pairs}: give 1 to {MOST_PAIRS:,}")
    tenths = settings.seconds * 10
    if not (1 <= tenths <= MOST_SECONDS * 10 and isclose(tenths, round(tenths))):
        found.append(
            f"--seconds {settings.seconds:g}: give 0.1 to {MOST_SECONDS}, in tenths of a second: "
            "wrk can end a slice only then"
        )
    if settings.within is not None and not 0 < settings.within <= 1:
        found.append(f"--within {settings.within * 100:g}: give a percentage above 0, at most 100")
    if settings.budget_s is not None and not 0 < settings.budget_s <= MOST_BUDGET_S:
        found.append(
            f"--budget {settings.budget_s:g}: give more than 0 and at most {MOST_BUDGET_S}"
        )
    if not 1 <= settings.connections <= MOST_USERS:
        found.append(f"--connections {settings.connections}: give 1 to {MOST_USERS:,}")
    limit = Client(settings.client).most_users(workers=1)
    if limit is not None and settings.connections > limit:
        found.append(
            f"--connections {settings.connections}: the client {settings.client} allows at most "
            f"{limit}"
        )
    return found


def slice_profile(settings: CrossCheckSettings) -> Profile:
    """A load of a single step, with the timeouts of published runs (profile ``standard``)."""
    standard = PROFILES["standard"]
    return Profile(
        name="crosscheck",
        duration_s=float(settings.seconds),
        step_s=float(settings.seconds),
        settle_s=0.0,
        users=(settings.connections,),
        connect_timeout_s=standard.connect_timeout_s,
        request_timeout_s=standard.request_timeout_s,
    )
