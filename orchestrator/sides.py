"""Reads a side of a comparison, such as ``flask==3.0.3,env:MODE=fast``, as a variant. Pure.

A side is one or several parts, joined by commas:

* ``here``: the service as it is in the checkout; alone
* ``NAME==VERSION``: a distribution in another version
* ``path:DIR`` or ``path:FILE.whl``: a checkout or a wheel that is installed
* ``rev:REV``: the service's folder as it was at a git revision
* ``python:TAG``: another version of Python, such as ``3.12``: a tag of the official image
* ``service:NAME``: another service
* ``image:REF``: an image as it is; only ``env:`` can be joined to it
* ``env:KEY=VALUE``: a variable of the container; the value may be empty

A comma always begins the next part, so no part can contain one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from orchestrator.errors import UsageError
from orchestrator.model.variant import Variant
from orchestrator.words import is_line, is_name, is_python_tag

HERE = "here"
RESERVED = {
    "PYTHONHASHSEED": "the lab sets it, equal for both sides of a pair",
}
"""Variables that a side may not set, each with the reason."""

PIN, ENV, IMAGE = "pin", "env", "image"
_KNOWN = "NAME==VERSION, path:, rev:, python:, service:, image:, env: or `here`"
# A name as in PEP 508, without extras; a version as in PEP 440, without wildcards.
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.!+_-]{0,98}[A-Za-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
# As in docker-compose.yml (`contained.py`): never an option of a command.
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}")


def side(text: str, service: str) -> Variant:
    """The variant that a side's text means.

    Args:
        service: the service to which it applies, unless the side names another one.

    Raises:
        UsageError: with everything that is wrong in the text.
    """
    parts = [part.strip() for part in text.split(",")]
    if parts == [""]:
        raise UsageError(f"an empty side; `{HERE}` means the service as it is in the checkout")
    if parts == [HERE]:
        return Variant(service=service)
    found: dict[str, list[str]] = defaultdict(list)
    wrong: list[str] = []
    for part in parts:
        kind, value, problem = _part(part)
        if problem:
            wrong.append(f"{_shown(part)}: {problem}")
        else:
            found[kind].append(value)
    wrong += [f"{_shown(text)}: {problem}" for problem in _together(found)]
    if wrong:
        raise UsageError(wrong)
    return Variant(
        service=_only(found["service"]) or service,
        pins=tuple(found[PIN]),
        path=_only(found["path"]),
        revision=_only(found["rev"]),
        python=_only(found["python"]),
        image=_only(found[IMAGE]),
        environment=tuple((name, value) for name, _, value in map(_split, found[ENV])),
    )


def side_problems(text: str, service: str) -> list[str]:
    """Everything that is wrong with a side's text, in words; empty if `side` can read it."""
    try:
        side(text, service)
    except UsageError as error:
        return error.problems
    return []


def _part(part: str) -> tuple[str, str, str]:
    """The kind and the value of a part, and what is wrong with it; empty if nothing is."""
    kind, colon, value = part.partition(":")
    if colon and kind in _CHECKS:
        return kind, value, _CHECKS[kind](value) if value.strip() else "it has no value"
    if "==" in part:
        return PIN, part, _wrong_pin(part)
    if not part:
        return "", "", "an empty part; take one comma out"
    if part == HERE:
        return "", "", "it stands alone; leave it out"
    if colon and re.fullmatch(r"[a-z]+", kind):
        return "", "", f"there is no kind {kind!r}; a part is {_KNOWN}"
    if _NAME.match(part) and re.search(r"[<>~=!]", part):
        return "", "", "a comparison needs one exact version: NAME==VERSION"
    return "", "", f"not a part of a side; a part is {_KNOWN}"


def _wrong_pin(text: str) -> str:
    name, _, version = text.partition("==")
    if "[" in name:
        return "give the name without extras; pin what an extra brings as a part of its own"
    if not _NAME.fullmatch(name):
        return f"{_shown(name)} is not the name of a distribution"
    if not _VERSION.fullmatch(version):
        return f"{_shown(version)} is not one exact version, such as 3.0.3"
    return ""


def _wrong_path(text: str) -> str:
    return "" if is_line(text) else "a path is one line of readable text"


def _wrong_revision(text: str) -> str:
    if text.startswith("-") or not is_line(text):
        return "a revision is a commit, a branch or a tag, such as HEAD~1"
    return ""


def _wrong_python(text: str) -> str:
    if is_python_tag(text):
        return ""
    return "a version of Python is 3.N, 3.N.P or another tag of the official image, such as 3.14-rc"


def _wrong_service(text: str) -> str:
    return "" if is_name(text) else "a service has a name that `lab list` shows"


def _wrong_image(text: str) -> str:
    return "" if _IMAGE.fullmatch(text) else "it is not the name of an image"


def _wrong_variable(text: str) -> str:
    name, sign, value = _split(text)
    if not sign:
        return "a variable needs a value: env:KEY=VALUE"
    if not _VARIABLE.fullmatch(name):
        return f"{_shown(name)} is not the name of a variable: letters, digits and _"
    if name in RESERVED:
        return f"{name} cannot be set: {RESERVED[name]}"
    return "" if is_line(value) else "a value is one line of readable text"


_CHECKS: dict[str, Callable[[str], str]] = {
    "path": _wrong_path,
    "rev": _wrong_revision,
    "python": _wrong_python,
    "service": _wrong_service,
    IMAGE: _wrong_image,
    ENV: _wrong_variable,
}


def _together(found: dict[str, list[str]]) -> list[str]:
    """What is wrong with parts that are right by themselves."""
    wrong = [
        f"two parts {kind}:; give one"
        for kind, values in found.items()
        if kind not in (PIN, ENV) and len(values) > 1
    ]
    pinned = [re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() for pin in found[PIN]]
    wrong += [f"two versions of {name}; give one" for name in _twice(pinned)]
    names = [_split(text)[0] for text in found[ENV]]
    wrong += [f"two values of {name}; give one" for name in _twice(names)]
    others = [kind for kind, values in found.items() if values and kind not in (IMAGE, ENV)]
    if found[IMAGE] and others:
        wrong.append("an image is used as it is: only env: can be joined to image:")
    return wrong


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def _split(text: str) -> tuple[str, str, str]:
    return text.partition("=")


def _only(values: Sequence[str]) -> str | None:
    return values[0] if values else None


def _shown(text: str) -> str:
    """The text in quotes, cut if it is long; without control characters."""
    return repr(text if len(text) <= 100 else text[:99] + "…")
