"""The commands that measure a row again."""

from __future__ import annotations

import re
import shlex

from orchestrator.model.record import RunRecord
from orchestrator.report.own import is_own

_COMMIT = re.compile(r"[0-9a-f]{6,64}")


def reproduce(record: RunRecord, service: str, workload: str) -> str:
    """The `lab run` command, quoted for a shell, for one service and workload of this run.

    For somebody's own application it is to be typed in its folder.
    """
    settings = record.settings
    lab = ["lab", "run", "--app", "."] if is_own(record) else [".venv/bin/lab", "run", service]
    words = [*lab, "--workload", workload]
    words += ["--profile", settings.profile]
    chosen = (
        ("--duration", settings.duration_s),
        ("--max-users", settings.max_users),
        ("--repeats", settings.repeats),
        ("--seed", settings.seed),
        ("--network", settings.network),
        ("--client", settings.client),
        ("--rate", settings.rate),
        ("--python", settings.python),
    )
    for option, value in chosen:
        if value is not None:
            words += [option, f"{value:g}" if isinstance(value, float) else str(value)]
    if settings.open_loop is not None:
        words.append("--open-loop" if settings.open_loop else "--no-open-loop")
    return shlex.join(words)


def checkout(record: RunRecord) -> str | None:
    """The command that checks out the run's commit of the lab; None if it is not known.

    None, too, for somebody's own application, which another folder has.
    """
    if is_own(record):
        return None
    commit = (record.host.lab_commit or "").partition("+")[0]
    return f"git checkout {commit}" if _COMMIT.fullmatch(commit) else None
