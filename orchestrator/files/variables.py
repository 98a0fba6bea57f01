"""The variables that ``docker-compose.yml`` reads, from the environment and ``.env``."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from labwire.interactive import RunTime, Users
from labwire.values import HOLDS, typed
from orchestrator.words import told

DOTENV = ".env"

Cpu = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,4}$(?!\n)",
        description="the number of a CPU, from 0",
    ),
]
Files = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,10}$(?!\n)",
        description="a number of open files from 256 to 1,073,741,824",
        extra={HOLDS: lambda text: 256 <= int(text) <= 2**30},
    ),
]
Base = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@-]*$(?!\n)",
        max_length=255,
        description="the name of an image",
    ),
]
Tag = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$(?!\n)",
        description="the tag of an image: letters, digits, and . _ -",
    ),
]
Work = Annotated[str, Meta(pattern=r"^yes$(?!\n)", description="yes, or nothing at all")]
Workload = Annotated[str, Meta()]


_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(LAB_\w+)[ \t]*[=:][ \t]*
    (?: "([^"\n]*)" | '([^'\n]*)' | ([^\n]*?)(?:[ \t]+\#[^\n]*)?[ \t]*\r? )$""",
    re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """Allowed values. An empty variable counts as unset: the compose file has a default."""

    LAB_NOFILE: Files = ""
    LAB_SERVER_CPU: Cpu = ""
    LAB_LOAD_CPU: Cpu = ""
    LAB_COMPANION_CPU: Cpu = ""
    LAB_POSTGRES: Base = ""
    LAB_PYTHON: Base = ""
    LAB_TAG: Tag = ""
    LAB_WORK: Work = ""
    LAB_PYTHON_313: Base = ""
    LAB_PYTHON_37: Base = ""
    LAB_USERS: Users = ""
    LAB_RUN_TIME: RunTime = ""
    LAB_WORKLOAD: Workload = ""
    LAB_WORKLOADS: Workload = ""


def wrong_variables(
    root: Path, workloads: Collection[str], environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Every wrong variable: name -> where it is set, its value, and what is allowed.

    As in Compose, the environment takes precedence over ``.env``.

    Args:
        workloads: those of the contract; empty if they are not known.
    """
    names = [field.name for field in fields(Variables)]
    path = root / DOTENV
    given = {name: (DOTENV, value) for name, value in _dotenv(path).items() if name in names}
    given |= {n: ("environment", environment[n]) for n in names if n in environment}
    given = {name: (where, value) for name, (where, value) in given.items() if value}
    _, problems = typed({name: it for name, (_, it) in given.items()}, Variables, said=told)
    wrong = {name: f"{given[name][0]}: {text}" for name, text in problems}
    where, workload = given.get("LAB_WORKLOAD", ("", ""))
    if workload and workloads and workload not in workloads:
        wrong["LAB_WORKLOAD"] = (
            f"{where}: no LAB_WORKLOAD {workload!r}; choose from {', '.join(workloads)}"
        )
    return wrong


def _dotenv(path: Path) -> dict[str, str]:
    """The lab's variables in a file, one per line, as the set-up writes them; the last counts."""
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError:
        return {}
    return {
        found[1]: next((part for part in found.groups()[1:] if part is not None), "")
        for found in _LINE.finditer(text)
    }
