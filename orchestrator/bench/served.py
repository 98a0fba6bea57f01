"""Starts a service with its companions, waits until they are healthy, and removes them.

In a run all of them share the network namespace of the first companion. There each reaches the
companions by their names in the compose file, and the load reaches the server as it would without
companions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from orchestrator.bench.companions import SeenCompanion
from orchestrator.errors import TrialFailed
from orchestrator.model.entry import ContainerSpec, Entry
from orchestrator.model.sample import Sample
from orchestrator.model.trial import Companion
from orchestrator.ports import Container, ContainerState, Engine

HEALTHY_WITHIN_S = 60.0

Keep = Callable[[str, str], None]
"""Takes a companion's name and its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCompanion:
    """A companion that became healthy; ``before``: its state at that time."""

    spec: ContainerSpec
    container: Container
    before: ContainerState
    start_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running server and the companions that it needs."""

    server: Container
    companions: tuple[RunningCompanion, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The companions' names."""
        return tuple(one.spec.service for one in self.companions)

    @property
    def containers(self) -> tuple[Container, ...]:
        """The containers of the companions."""
        return tuple(one.container for one in self.companions)

    def known(self, companions: Sequence[Companion]) -> tuple[Companion, ...]:
        """These records, each with the seconds that the companion took to become healthy."""
        pairs = zip(companions, self.companions, strict=True)
        return tuple(replace(known, start_s=one.start_s) for known, one in pairs)

    def seen(self, samples: Sequence[Sequence[Sample]]) -> tuple[SeenCompanion, ...]:
        """The companions after the load; ``samples``: those of each, in the same order."""
        return tuple(
            SeenCompanion(
                spec=one.spec,
                samples=taken,
                oom_killed=_oom_killed(one),
                actions=one.container.interventions(one.before.started_at),
            )
            for one, taken in zip(self.companions, samples, strict=True)
        )

    def ended(self) -> TrialFailed | None:
        """The failure if a companion has ended or restarted; it makes the measurement invalid."""
        return first_that_ended(self.companions)


@contextmanager
def served(entry: Entry, engine: Engine, keep: Keep | None = None) -> Iterator[Served]:
    """Start the companions one after the other, then the server; all are removed at the end.

    Args:
        keep: receives the log of each companion, even after a failure.

    Raises:
        TrialFailed: a container was refused or did not become healthy. A failure of the block also
            names the first companion that had ended.
    """
    running: list[RunningCompanion] = []
    with ExitStack() as stack:
        try:
            for one in started_in(stack, entry.container, entry.companions, engine, keep=keep):
                running.append(one)  # noqa: PERF402 - those before a failure are asked for its cause
            owner = running[0].container if running else None
            server = stack.enter_context(engine.start(entry.container, beside=owner))
            yield Served(server=server, companions=tuple(running))
        except TrialFailed as failure:
            blame(failure, running)


def started_in(
    stack: ExitStack,
    server: ContainerSpec,
    companions: Sequence[ContainerSpec],
    engine: Engine,
    *,
    suffix: str = "",
    keep: Keep | None = None,
) -> Iterator[RunningCompanion]:
    """Start a server's companions one after the other; yields each as soon as it is healthy.

    The server starts beside the first, whose network namespace all of them share.

    Args:
        stack: removes them at its end.
        suffix: distinguishes the companions of several servers that run at the same time.
        keep: as in `served`.

    Raises:
        TrialFailed: one was refused or did not become healthy.
    """
    owner: Container | None = None
    for spec in in_one_namespace(server, companions):
        container = stack.enter_context(engine.start(spec, beside=owner, suffix=suffix))
        if keep is not None:
            stack.callback(_keep, keep, spec.service, container)
        yield _healthy(spec, container)
        owner = owner or container


def blamed(failure: TrialFailed, companions: Sequence[RunningCompanion]) -> TrialFailed:
    """The failure, with the first of the server's companions that has ended as its cause.

    It is the same failure if none has ended, or if it names that one already.
    """
    because = first_that_ended(companions)
    if because is None or because.reason in failure.reason:
        return failure
    told = "; ".join([failure.reason, *getattr(failure, "__notes__", ()), because.reason])
    return TrialFailed(told, failure.log_tail or because.log_tail)


def blame(failure: TrialFailed, companions: Sequence[RunningCompanion]) -> NoReturn:
    """Raise the failure, or what `blamed` makes of it."""
    cause = blamed(failure, companions)
    if cause is failure:
        raise failure
    raise cause from failure


def in_one_namespace(
    server: ContainerSpec, companions: Sequence[ContainerSpec]
) -> tuple[ContainerSpec, ...]:
    """The companions as they start in a run.

    The first owns the network namespace, so it gets the names of all and the server's sysctls of
    the network (``net.*``).
    """
    if not companions:
        return ()
    first, *others = companions
    names = tuple(companion.service for companion in companions)
    net = {k: value for k, value in server.sysctls.items() if k.startswith("net.")}
    sysctls = {**first.sysctls, **net}
    return (replace(first, hosts=names, sysctls=sysctls), *others)


def _healthy(spec: ContainerSpec, container: Container) -> RunningCompanion:
    try:
        at = container.healthy(spec.healthcheck, HEALTHY_WITHIN_S)
        before = container.state()
    except TrialFailed as failure:
        reason = f"its companion {spec.service}: {failure.reason}"
        raise TrialFailed(reason, failure.log_tail or container.last_words()) from failure
    start_s = at - before.started_at
    return RunningCompanion(spec=spec, container=container, before=before, start_s=start_s)


def _keep(keep: Keep, name: str, container: Container) -> None:
    with suppress(TrialFailed):  # a vanished container is already reported
        keep(name, container.logs())


def _oom_killed(companion: RunningCompanion) -> bool | None:
    since = companion.before.started_at
    try:
        killed = companion.container.state().oom_killed
    except TrialFailed:
        return None
    return killed or companion.container.lost_to_memory(since)


def first_that_ended(companions: Sequence[RunningCompanion]) -> TrialFailed | None:
    """The failure of the first of these that has ended or restarted; None if all live."""
    return next(filter(None, map(_ended, companions)), None)


def _ended(companion: RunningCompanion) -> TrialFailed | None:
    who, container = f"its companion {companion.spec.service}", companion.container
    before = companion.before
    try:
        state = container.state()
    except TrialFailed as failure:
        return TrialFailed(f"{who}: {failure.reason}")
    if not state.running:
        memory = " (out of memory)" if state.oom_killed else ""
        how = f"{who} ended with exit code {state.exit_code}{memory}"
    elif (state.started_at, state.restarts) != (before.started_at, before.restarts):
        how = f"{who} ended and was started again"
    elif state.oom_killed or container.lost_to_memory(before.started_at):
        how = f"{who} lost a process to the OOM killer (out of memory)"
    else:
        return None
    return TrialFailed(how, container.last_words())
