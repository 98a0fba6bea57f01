"""Makes sure that Locust can use the values of a person.

A program: `python -m labload.interactive.values --users=64 ...`. Locust itself would end and leave
the framework and the worker running, as if all were well. So the interactive use begins with this.
"""

import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence

from labload.workloads import contract_path, read_workloads

MOST_USERS = 100_000
TIME = re.compile(r"[0-9]{1,5}|(?=[0-9])([0-9]{1,3}h)?([0-9]{1,4}m)?([0-9]{1,5}s)?")


def wrong(values: Mapping[str, str], workloads: Collection[str]) -> list[str]:
    """Each variable whose value Locust could not use, with what is allowed."""
    rules: dict[str, tuple[Callable[[str], bool], str]] = {
        "users": (_is_count, f"a whole number from 1 to {MOST_USERS:,}"),
        "workload": (workloads.__contains__, " or ".join(workloads)),
        "run-time": (_is_time, "a time more than 0, such as 120s, 5m or 1h30m"),
    }
    return [
        f"LAB_{option.upper().replace('-', '_')} = {values.get(option, '')[:60]!a}: give {allowed}"
        for option, (holds, allowed) in rules.items()
        if not holds(values.get(option, ""))
    ]


def _is_count(text: str) -> bool:
    return re.fullmatch("[0-9]{1,6}", text) is not None and 1 <= int(text) <= MOST_USERS


def _is_time(text: str) -> bool:
    return TIME.fullmatch(text) is not None and re.search("[1-9]", text) is not None


def main(arguments: Sequence[str]) -> int:
    """Look at values that are given as Locust gets them; the exit code for the shell."""
    values = {
        name.removeprefix("--"): value
        for name, _, value in (argument.partition("=") for argument in arguments)
    }
    found = wrong(values, list(read_workloads(contract_path())))
    for problem in found:
        print(problem, file=sys.stderr, flush=True)
    if found:
        print("set them in the environment or in .env, and start again", file=sys.stderr)
        return 2
    print("Locust can use them", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
