"""After the trials: launches of all services at once, where the profile has them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace

from labwire.expectation import Expectation
from orchestrator.bench.bench import Bench
from orchestrator.bench.launches import goes_on, measured_at_once, spent
from orchestrator.bench.reference import entry_of, problems
from orchestrator.entries import loaded
from orchestrator.errors import EnvironmentMissing
from orchestrator.model.placement import Network
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Loading, Plan, Profile, Settings
from orchestrator.model.together import LOAD, REFERENCE, LeftOut, Together
from orchestrator.model.trial import Outcome, TrialPhase, TrialRecord
from orchestrator.profiles import PROFILES

SLICES = 10
"""In a launch, for each workload. The time is short, and an interval from five launches is much
wider than one from eight, so a launch spends most of its time on starting."""

TOO_MANY = 16
"""Fewer than the load can aim at: `nanode`, the profile with launches, has 1 GiB for all."""


WITHOUT = f"without launches of all services at once, which take {TOO_MANY - 1} services at most"


def wanted(settings: Settings, profile: Profile) -> bool:
    """Whether such a run has launches: one service has nothing to be compared with."""
    several = len(set(settings.services)) > 1
    return profile.together_s > 0 and several and fits(settings, profile)


def fits(settings: Settings, profile: Profile) -> bool:
    """Whether the services are few enough for launches, if the profile has any."""
    return profile.together_s == 0 or len(set(settings.services)) < TOO_MANY


def missing(record: RunRecord) -> bool:
    """Whether the run has launches, and has not made them all; none count if all failed."""
    known = record.together
    ended = spent(known, record.profile.together_s) and any(map(goes_on, known))
    return wanted(record.settings, record.profile) and not ended


def all_took_part(record: RunRecord) -> bool:
    """Whether nothing was left out of the launches."""
    return not any(one.left_out for one in record.together)


def run_at_once(plan: Plan, record: RunRecord, bench: Bench) -> Generator[RunRecord, None, None]:
    """Make the launches that are missing, after those in the record; yield it after each.

    If all that the record has failed, they are made anew.
    """
    known = record.together
    if not any(map(goes_on, known)):
        known = tuple(_who(plan, record))
    before_s, began = record.wall_s or 0.0, bench.clock.monotonic()
    budget_s = plan.loading.profile.together_s
    asked = loaded(_expectations(plan))
    containers = {
        trial.entry.manifest.id: replace(trial.entry.container, environment=asked)
        for trial in plan.trials
    }
    containers[REFERENCE] = entry_of(bench.containers, _expectations(plan)).container
    bench.progress.note(f"all services at once, in launches of {budget_s:.0f} s together")

    def grown(launches: tuple[Together, ...]) -> RunRecord:
        wall_s = before_s + bench.clock.monotonic() - began
        return replace(record, together=launches, wall_s=wall_s)

    yield grown(known)
    has_network = plan.loading.placement.network is Network.BRIDGE
    try:
        with nullcontext() if has_network else bench.engine.network():
            seed, loading = plan.settings.seed, _patient(plan.loading)
            steps = measured_at_once(
                containers, known, budget_s, seed, loading, bench, slices=SLICES
            )
            for launches in steps:
                if _count(launches) > _count(known):
                    bench.progress.note(_so_far(launches, budget_s))
                known = launches
                yield grown(known)
    except EnvironmentMissing as failure:
        out = LeftOut(service=LOAD, phase=TrialPhase.START, reason=str(failure))
        bench.progress.note(f"all at once: {out.reason}")
        yield grown(tuple(replace(one, left_out=(*one.left_out, out)) for one in known))


def _count(known: Sequence[Together]) -> int:
    return max(len(one.launches) for one in known)


def _so_far(known: Sequence[Together], budget_s: float) -> str:
    """How far the launches are. No intervals: what computes them takes 80 MB."""
    ends = [launch.at_s for one in known for launch in one.launches]
    count = _count(known)
    launches = f"{count} launch{'' if count == 1 else 'es'}"
    return f"{launches} in {max(ends, default=0.0):.0f} s of {budget_s:.0f} s"


def _patient(loading: Loading) -> Loading:
    """The load with the longest timeouts of all profiles.

    A short listen queue may turn a connect away, and the kernel repeats it after a second. In a
    ramp this is a drop; here it must not end a service's part, since its cost is what counts.
    """
    return replace(loading, profile=PROFILES["standard"])


def _expectations(plan: Plan) -> list[Expectation]:
    known = {trial.expectation.workload: trial.expectation for trial in plan.trials}
    return [known[name] for name in plan.settings.workloads]


def _who(plan: Plan, record: RunRecord) -> Iterator[Together]:
    """Who takes part in the launches of each workload, and who does not."""
    wrong = "; ".join(problems(_expectations(plan)))
    unable = (LeftOut(service=REFERENCE, phase=TrialPhase.START, reason=wrong),) if wrong else ()
    needing = {trial.key[:2] for trial in plan.trials if trial.entry.companions}
    for workload in plan.settings.workloads:
        rows = {
            trial.service: trial
            for trial in record.trials
            if trial.workload == workload and trial.outcome is not Outcome.NOT_OFFERED
        }
        rows |= {t.service: t for t in _measured(record) if t.workload == workload}
        left = {name: _why(row, needing) for name, row in rows.items()}
        yield Together(
            workload=workload,
            services=tuple(
                name for name in plan.settings.services if name in left and left[name] is None
            ),
            left_out=(*unable, *filter(None, left.values())),
        )


def _measured(record: RunRecord) -> Iterator[TrialRecord]:
    return (trial for trial in record.trials if trial.outcome is Outcome.MEASURED)


def _why(row: TrialRecord, needing: set[tuple[str, str]]) -> LeftOut | None:
    """Why a service cannot take part; None if it can.

    Args:
        row: a measured trial of it if there is any.
        needing: services that need companions, each with the workload.
    """
    if (row.service, row.workload) in needing:
        reason = "it needs companions, and launches of all services at once start none"
        return LeftOut(service=row.service, phase=TrialPhase.START, reason=reason)
    if row.outcome is Outcome.MEASURED:
        return None
    return LeftOut(
        service=row.service,
        phase=row.phase or TrialPhase.START,
        reason=f"it has no measured trial: {row.reason or row.outcome}",
        log_tail=row.log_tail,
    )
