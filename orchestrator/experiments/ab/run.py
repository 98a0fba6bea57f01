"""A comparison's loop: build and verify both sides, then measure until the answer is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.served import blame, served
from orchestrator.bench.verify import check as keeps_contract
from orchestrator.bench.verify import probed
from orchestrator.errors import EnvironmentMissing, TrialFailed, unforeseen
from orchestrator.experiments.ab.answer import found
from orchestrator.experiments.ab.by_cpu import launches
from orchestrator.experiments.ab.by_instructions import counts
from orchestrator.experiments.ab.launch import BASE, HEAD, Specs
from orchestrator.experiments.ab.lost import side_of
from orchestrator.experiments.ab.plan import ABPlan, variants
from orchestrator.experiments.ab.record import ABRecord, By, Failure, Side, Steps
from orchestrator.experiments.ab.words import so_far
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.entry import Entry
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import TrialPhase
from orchestrator.model.variant import Variant

WAYS = {By.CPU: launches, By.INSTRUCTIONS: counts}


class _Stopped(Exception):
    """The comparison cannot go on; carries the record's failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def run(plan: ABPlan, record: ABRecord, bench: Bench) -> Steps:
    """Compare the sides; yields the record after each launch, and at last with a failure."""
    yield record
    settings = plan.settings
    base_variant, head_variant = variants(settings)
    try:
        if settings.by is By.INSTRUCTIONS:
            record = replace(record, counted_by=bench.engine.counts_by())
        valgrind = record.counted_by is CountedBy.CALLGRIND
        base, of_base = _made(
            BASE, settings.base, base_variant, plan.base, bench, valgrind=valgrind
        )
        head, of_head = _made(
            HEAD, settings.head, head_variant, plan.head, bench, valgrind=valgrind
        )
        base = _verified(BASE, base, of_base, plan.base, bench)
        head = _verified(HEAD, head, of_head, plan.head, bench)
        record = replace(record, base=base, head=head)
        yield record
        with _failing("", TrialPhase.LOAD):
            specs = Specs(base=of_base, head=of_head)
            with closing(_until_known(plan, record, specs, bench)) as steps:
                for known in steps:
                    record = known
                    yield record
    except _Stopped as stopped:
        failure = stopped.failure
        bench.progress.note(f"{failure.side or 'load'}: {failure.phase}: {failure.reason}")
        yield replace(record, failure=failure)


def _made(
    role: str, text: str, variant: Variant, trial: PlannedTrial, bench: Bench, *, valgrind: bool
) -> tuple[Side, Entry]:
    """Build a side's image; return what it is, and what runs of it."""
    bench.progress.note(f"building {role}: {text}")
    with _failing(role, TrialPhase.BUILD):
        needed = trial.entry.images if variant.image is None else trial.entry.images[1:]
        for image in map(bench.images.__getitem__, needed):
            if isinstance(image, TrialFailed):
                raise image
        made = bench.engine.build_variant(replace(variant, valgrind=valgrind))
    side = Side(
        text=text,
        variant=variant,
        image=made.id,
        base_image=made.base,
        origin=made.origin,
        companions=tuple(one.service for one in trial.entry.companions),
    )
    container = replace(
        trial.entry.container,
        image=made.id,  # not its name, which another build could give to another image
        environment={**trial.entry.container.environment, **dict(variant.environment)},
    )
    return side, replace(trial.entry, container=container)


def _verified(role: str, side: Side, entry: Entry, trial: PlannedTrial, bench: Bench) -> Side:
    """Compare a side's answer with the contract; return it with what is installed in it."""
    with (
        _failing(role, TrialPhase.START),
        served(entry, bench.engine) as its,
        _failing(role, TrialPhase.VERIFY),
    ):
        try:
            probe = probed(its.server, trial)
            keeps_contract(probe, its.server, trial)
        except TrialFailed as failure:
            blame(failure, its.companions)
        if (ended := its.ended()) is not None:
            raise ended
    versions = {name: one.version for name, one in sorted(probe.distributions.items())}
    return replace(side, python=probe.python, versions=versions)


def _until_known(plan: ABPlan, record: ABRecord, specs: Specs, bench: Bench) -> Steps:
    """Launch after launch, until the answer is known or another one would exceed the budget."""
    elapsed, longest = 0.0, 0.0
    with closing(WAYS[plan.settings.by](plan, record, specs, bench)) as steps:
        for known in steps:
            at_s = max(known.measured_s + known.lost_s)
            elapsed, longest = at_s, max(longest, at_s - elapsed)
            bench.progress.note(so_far(known))
            yield known
            answer = found(known)
            if (answer and answer.known) or elapsed + longest > plan.settings.budget_s:
                return


@contextmanager
def _failing(side: str, phase: TrialPhase) -> Iterator[None]:
    """Turn an error of the block into the record's failure; without an engine, end the run."""
    try:
        yield
    except (_Stopped, EnvironmentMissing):
        raise
    except Exception as error:
        cause = error if isinstance(error, TrialFailed) else unforeseen(error)
        raise _Stopped(
            Failure(
                side=side or side_of(error),
                phase=phase,
                reason=cause.reason,
                log_tail=cause.log_tail or None,
            )
        ) from error
