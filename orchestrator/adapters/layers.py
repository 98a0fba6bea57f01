"""The layers of a variant over a service's image, as the text of a Dockerfile. Pure.

The text has no heredoc, no cache mount and nothing else that only BuildKit understands.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

SOURCE = "source"
"""The folder of the build context whose content is installed from `Variant.path`."""
_PIP = ("python", "-m", "pip", "install", "--no-cache-dir")
_THERE = "/opt/weblab-source"
# Versions are not pinned: Debian's mirrors drop a version after the next update.
_VALGRIND = (
    "apt-get update && apt-get install -y --no-install-recommends valgrind "
    "&& rm -rf /var/lib/apt/lists/*"
)


def dockerfile(
    base: str, user: str, *, pins: Sequence[str] = (), source: str = "", valgrind: bool = False
) -> str:
    """A Dockerfile with the layers; command, variables and working folder stay those of ``base``.

    Args:
        base: the image below the layers.
        user: the user of its processes, empty for root; the layers are made by root.
        pins: distributions as ``name==version``. pip leaves what is installed as it is, as long as
            it fits to them.
        source: what to install below the folder ``SOURCE``: ``.`` for the folder itself, or the
            name of a wheel in it. Its dependencies are not installed.
        valgrind: whether valgrind is installed. It comes first, so that it is built only once for
            all variants of a service.
    """
    lines = [f"FROM {base}", "USER 0:0"]
    if valgrind:
        lines.append(f"RUN {_VALGRIND}")
    if pins:
        lines.append(_run(*_PIP, "--only-binary=:all:", *pins))
    if source:
        path = _THERE if source == "." else f"{_THERE}/{source}"
        lines.append(f"COPY {SOURCE} {_THERE}")
        lines.append(_run(*_PIP, "--no-deps", "--force-reinstall", path))
    if pins or source:
        # pip installs a version even if other packages do not work with it, and only says so.
        lines.append(_run("python", "-m", "pip", "check"))
    if user:
        lines.append(f"USER {user}")
    return "\n".join([*lines, ""])


def _run(*words: str) -> str:
    return f"RUN {json.dumps(words)}"
