"""Makes sure that Locust can use the values of a person.

A program: `python -m labload.interactive.values --users=64 ...`. Locust itself would end and leave
the framework and the worker running, as if all were well. So the interactive use begins with this.
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
    """Each variable whose value Locust could not use, with what is allowed."""
    named = {f"LAB_{name.upper().replace('-', '_')}": value for name, value in values.items()}
    workload = named.pop(WORKLOAD, "")
    found = [text for _, text in typed(named, Choices)[1]]
    if workload not in workloads:
        found.append(f"{WORKLOAD} = {shown(workload)}: give {' or '.join(workloads)}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Look at values that are given as Locust gets them; the exit code for the shell."""
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
        print("set them in the environment or in .env, and start again", file=sys.stderr)
        return 2
    print("Locust can use them", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
