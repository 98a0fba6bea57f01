"""A program that checks that Locust can use the user's values, before an interactive test starts.

Usage: `python -m labload.interactive.values --users=64 ...`. With a wrong value, Locust itself
would end, but the framework and the worker would keep running as if nothing were wrong.
"""

import sys
from collections.abc import Collection, Mapping, Sequence

from labload.workloads import contract_path
from labwire.contract import read_contract
from labwire.interactive import Choices
from labwire.toml import FileError
from labwire.values import shown, typed

WORKLOAD = "LAB_WORKLOAD"


def wrong(values: Mapping[str, str], workloads: Collection[str]) -> list[str]:
    """Messages about the variables whose values Locust cannot use; each says what is allowed."""
    named = {f"LAB_{name.upper().replace('-', '_')}": value for name, value in values.items()}
    workload = named.pop(WORKLOAD, "")
    found = [text for _, text in typed(named, Choices)[1]]
    if workload not in workloads:
        found.append(f"{WORKLOAD} = {shown(workload)}: give {' or '.join(workloads)}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Check values in the form of Locust's options; returns the exit code."""
    values = {
        name.removeprefix("--"): value
        for name, _, value in (argument.partition("=") for argument in arguments)
    }
    try:
        found = wrong(values, list(read_contract(contract_path())))
    except FileError as error:
        print(error, file=sys.stderr, flush=True)
        return 2
    for problem in found:
        print(problem, file=sys.stderr, flush=True)
    if found:
        print(
            "correct these values in the environment or in .env, and start again", file=sys.stderr
        )
        return 2
    print("Locust can use all values", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
