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

    `pip install --help` prints the index that pip would use: from PIP_INDEX_URL or its
    configuration files, or else the built-in one. `pip config get` knows neither the variable nor
    the built-in one, and pip's documentation forbids importing its modules. The help text of this
    option is the same in pip 23 to 26.

    Raises:
        EnvironmentMissing: pip is missing, or does not print its index.
    """
    asked = command.run(
        [sys.executable, "-m", "pip", "install", "--help"],
        within_s=PIP_WITHIN_S,
        remedy="delete .venv; `make doctor` creates it again",
        environment={"COLUMNS": "1000"},  # otherwise the help wraps a long address
    )
    text = asked.stdout.decode(errors="replace")
    found = re.search(r"--index-url <url>[^(]*\(default:? (\S+?)\)", text)
    if not found:
        raise EnvironmentMissing("pip does not say which package index it uses; give --index URL")
    parts = urlsplit(found[1])
    host = parts.netloc.rpartition("@")[2]  # pip masks the password, so the user name is useless
    path = parts.path.rstrip("/").removesuffix("/simple")
    return urlunsplit((parts.scheme, host, path, "", ""))
