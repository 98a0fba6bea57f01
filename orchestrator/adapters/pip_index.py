"""The package index that pip uses here."""

from __future__ import annotations

import re
import sys
from urllib.parse import urlsplit, urlunsplit

from orchestrator.adapters import command
from orchestrator.errors import EnvironmentMissing

PIP_WITHIN_S = 60


def default_index() -> str:
    """The base address of the package index that pip uses here.

    Asked of `pip install --help`, which prints the index that pip would use: that of its
    configuration files and of PIP_INDEX_URL, else its built-in one. `pip config get` knows neither
    the variable nor the built-in one, and modules of pip may not be imported (its documentation
    says so). The text of this option is the same in pip 23 to 26.

    Raises:
        EnvironmentMissing: pip is not there or does not tell.
    """
    asked = command.run(
        [sys.executable, "-m", "pip", "install", "--help"],
        within_s=PIP_WITHIN_S,
        remedy="make .venv anew",
        environment={"COLUMNS": "1000"},  # else the help breaks a long address
    )
    text = asked.stdout.decode(errors="replace")
    found = re.search(r"--index-url <url>[^(]*\(default:? (\S+?)\)", text)
    if not found:
        raise EnvironmentMissing("pip does not say which package index it uses; give --index URL")
    parts = urlsplit(found[1])
    host = parts.netloc.rpartition("@")[2]  # pip hides the password, so the name is of no use
    path = parts.path.rstrip("/").removesuffix("/simple")
    return urlunsplit((parts.scheme, host, path, "", ""))
