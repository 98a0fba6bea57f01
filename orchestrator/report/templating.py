"""The templates of all pages: how they are filled, what they may load, and where they lead."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from orchestrator.words import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Relative links from the page.

    ``root``: the path to the repository's top folder; None if the results are outside of it.
    ``index``: whether the page that lists all runs is two folders above.
    """

    root: str | None = "../../../"
    index: bool = True


@cache
def environment() -> Environment:
    """The templates. They escape every value."""
    return Environment(
        loader=PackageLoader("orchestrator.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        keep_trailing_newline=True,
    )


def _finalize(value: object) -> object:
    """Make text printable. Markup is the lab's own, so it stays as it is."""
    return printable(value) if type(value) is str else value


def policy(*scripts: str) -> str:
    """A Content Security Policy that allows only these scripts, and fetches nothing."""
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src 'self' data:"
    )


def source(name: str) -> str:
    """The text of a file in the templates' folder."""
    return (files("orchestrator.report") / "templates" / name).read_text(encoding="utf-8")
