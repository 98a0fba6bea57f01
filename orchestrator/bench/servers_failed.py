"""The failure of some of the servers that are under the same load, with the name of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from orchestrator.errors import ServerFailed, TrialFailed


class ServersFailed(TrialFailed):
    """Some servers of a launch failed; ``failures``: the name of each -> why."""

    def __init__(self, failures: Mapping[str, TrialFailed], log_tail: str = "") -> None:
        self.failures = dict(failures)
        why = "; ".join(f"{name}: {failure.reason}" for name, failure in failures.items())
        super().__init__(why, log_tail)


def none_failed(found: Iterable[tuple[str, str]]) -> None:
    """Raise ServersFailed if there is any failure: the name of a server, and why it failed."""
    if failures := {name: TrialFailed(why) for name, why in found}:
        raise ServersFailed(failures)


@contextmanager
def failure_of(name: str) -> Iterator[None]:
    """Say whose failure it is."""
    try:
        yield
    except TrialFailed as failure:
        raise ServersFailed({name: failure}, failure.log_tail) from failure


@contextmanager
def failure_at(names: Sequence[str]) -> Iterator[None]:
    """Give a server that the load knows by its place the name that it has here."""
    try:
        yield
    except ServerFailed as failure:
        raise ServersFailed({names[failure.place]: failure}) from failure
