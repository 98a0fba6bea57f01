"""What a row's details tell of the companions of its service, each in a line."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.model.trial import Companion
from orchestrator.report.column import hundredths, three_digits, whole
from orchestrator.report.group import Group


def companion_facts(group: Group) -> tuple[tuple[str, str], ...]:
    """Each companion by its name, with what it cost; nothing where there is none."""
    names = dict.fromkeys(one.name for trial in group.trials for one in trial.companions)
    return tuple((f"Companion {name}", _cost(group, name)) for name in names)


def _cost(group: Group, name: str) -> str:
    def median(of: Callable[[Companion], float | None]) -> float | None:
        """The median of the held repeats."""
        return group.median(
            lambda trial: next((of(one) for one in trial.companions if one.name == name), None)
        )

    cpu = median(lambda one: one.cpu)
    each = median(lambda one: one.cpu_us_per_request)
    peak = median(lambda one: one.memory_peak_bytes)
    start = median(lambda one: one.start_s)
    killed = any(
        one.oom_killed for trial in group.trials for one in trial.companions if one.name == name
    )
    facts = (
        None if cpu is None else f"{cpu:.2f} of a CPU while held",
        None if each is None else f"{hundredths(each)} µs of CPU time for a request",
        None if peak is None else f"at most {whole(peak / 1e6)} MB of memory",
        None if start is None else f"healthy after {three_digits(start)} s",
        "out of memory" if killed else None,
    )
    return ", ".join(fact for fact in facts if fact) or "nothing of it was measured"
