"""`services/contract.toml` as types, for the host and the load generator alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

from labwire import judgement
from labwire.exchange import Exchange, JudgedBy, Method, Request, RightAnswer
from labwire.expectation import Expectation
from labwire.mix import COUNTER, DEALT, SAMPLES, Choices, Kind, Mix, Range
from labwire.tables import (
    REQUEST_BODY_LIMIT,
    KindTable,
    MixTable,
    RangeTable,
    Values,
    WorkloadTable,
)
from labwire.template import template
from labwire.toml import FileError, read_toml, typed

K = TypeVar("K", bound=KindTable)
_ANY_SPACE = re.compile(r"\s*\n\s*")
"""In a pattern: a line break, which stands for any white space."""
_JUDGED = {
    "body": JudgedBy.BYTES,
    "json": JudgedBy.JSON,
    "pattern": JudgedBy.PATTERN,
    "sha256": JudgedBy.DIGEST,
    "any_body": JudgedBy.STATUS,
}
"""The key that says how an answer is judged."""


def read_contract(path: Path) -> dict[str, Expectation]:
    """What every service must answer, by workload, in the file's order.

    Raises:
        FileError: the file is missing, or wrong; lists every problem.
    """
    tables = read_toml(path)
    if not tables:
        raise FileError(f"{path}: it has no workload; add a table such as [json]")
    return workloads(path, tables)


def workloads(path: Path, tables: Mapping[str, Any], within: str = "") -> dict[str, Expectation]:
    """The workloads in these tables, by name.

    Args:
        path: the file that the tables come from, for messages.
        within: what the names of these tables begin with in the file, such as ``workloads.``.

    Raises:
        FileError: something is wrong; lists every problem.
    """
    found: dict[str, Expectation] = {}
    problems: list[str] = []
    for name, table in tables.items():
        try:
            found[name] = _expectation(name, path, table, within)
        except FileError as error:
            problems += error.problems
    if problems or (problems := _asked_twice(path, found)):
        raise FileError(problems)
    return found


def _expectation(name: str, path: Path, table: object, within: str) -> Expectation:
    mixed = isinstance(table, dict) and bool(table.keys() & {"mix", "values"})
    told: MixTable | WorkloadTable
    if isinstance(table, dict) and "mix" in table:
        told, kinds = _mixed(name, path, table, within)
    else:
        inside = f"{within}{name}"
        told = _typed(table, WorkloadTable, path, inside, _names(table), workload=name)
        kinds = [_kind(told)]
    mix = None
    if mixed:
        values, dealt = _choices(told.values), told.dealt or DEALT
        mix = Mix(workload=name, kinds=tuple(kinds), values=values, dealt=dealt)
    if wrong := list(_at_odds(told, mix)):
        raise FileError([f"{path}: [{within}{name}] {words}" for words in wrong])
    try:
        samples = mix.samples() if mix else (kinds[0].exchange({}),)
        corners = mix.corners() if mix else ()
    except ValueError as error:
        raise FileError(f"{path}: [{within}{name}]: {error}") from error
    if words := list(dict.fromkeys((*_obstacles((*samples, *corners)), *_too_rare(mix, samples)))):
        raise FileError([f"{path}: [{within}{name}]: {obstacle}" for obstacle in words])
    first = samples[0]
    return Expectation(
        workload=name,
        request=first.request,
        right=first.right,
        mix=mix,
        needs=told.needs,
        on_request=told.on_request,
        only=told.only,
    )


def _at_odds(told: MixTable | WorkloadTable, mix: Mix | None) -> Iterator[str]:
    """What is wrong with keys of a workload that may be right by themselves."""
    if told.only is not None and not told.on_request:
        yield "only: every service answers what is always measured; give on_request = true, too"
    if mix is None and told.dealt is not None:
        yield "dealt: all requests are the same; give values or a mix, or remove it"


def _mixed(
    name: str, path: Path, table: dict[str, Any], within: str
) -> tuple[MixTable, list[Kind]]:
    """A mix and its kinds, which are examined even if something else of the mix is wrong."""
    problems: list[str] = []
    told: MixTable | None = None
    try:
        told = typed(table, MixTable, path, inside=f"{within}{name}", workload=name)
    except FileError as error:
        problems += error.problems
    written = table["mix"]
    kinds: list[Kind] = []
    for number, kind in enumerate(written if isinstance(written, list) else (), 1):
        inside = f"{within}{name}.mix {number}"
        try:
            kinds.append(_kind(_typed(kind, KindTable, path, inside, _names(table))))
        except FileError as error:
            problems += error.problems
    if told is None or problems:
        raise FileError(problems)
    return told, _told_apart(kinds)


def _typed(
    table: object, kind: type[K], path: Path, inside: str, values: Collection[str], **named: str
) -> K:
    """A table of one kind of request.

    Args:
        values: the names that places may have.

    Raises:
        FileError: with the problems of each key, of keys that contradict each other, and of places.
    """
    problems: list[str] = []
    if isinstance(table, dict):
        wrong = (*_contradictions(table), *_misplaced(table, values))
        problems = [f"{path}: [{inside}] {words}" for words in wrong]
    try:
        told = typed(table, kind, path, inside, str, **named)
    except FileError as error:
        raise FileError([*error.problems, *problems]) from error
    if problems:
        raise FileError(problems)
    return told


def _told_apart(kinds: list[Kind]) -> list[Kind]:
    """The kinds, each with a label of its own."""
    counts = Counter(kind.label for kind in kinds)
    return [
        replace(kind, label=f"{kind.label} (kind {number})") if counts[kind.label] > 1 else kind
        for number, kind in enumerate(kinds, 1)
    ]


def _choices(values: Values) -> tuple[tuple[str, Choices], ...]:
    return tuple(
        (name, Range(drawn.first, drawn.last) if isinstance(drawn, RangeTable) else drawn)
        for name, drawn in values.items()
    )


def _names(table: object) -> Collection[str]:
    """The names of a workload's values."""
    values = table.get("values") if isinstance(table, dict) else None
    return values.keys() if isinstance(values, dict) else ()


def _kind(told: KindTable) -> Kind:
    judged = next(key for key in _JUDGED if getattr(told, key) not in (None, False))
    status, *also = told.status if isinstance(told.status, tuple) else (told.status,)
    texts = {key: template(text) for key, text in _texts(asdict(told))}
    nothing = template("")
    return Kind(
        label=told.about or f"{told.method} {told.path}",
        method=told.method,
        path=texts["path"],
        headers=tuple((name, texts[f"headers.{name}"]) for name in told.headers),
        body=texts.get("request_json") or texts.get("request_body") or nothing,
        sends_json=told.request_json is not None,
        right=RightAnswer(
            status=status,
            content_type=(told.content_type or "").lower().encode("ascii"),
            body=b"",
            judged_by=_JUDGED[judged],
            also=tuple(also),
            size=told.size,
        ),
        answer=texts.get(judged, nothing),
        items=told.items,
        weight=told.weight,
    )


def _texts(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts of a table that may have places, by key."""
    for key in ("path", "request_body", "request_json", "body", "json", "pattern", "sha256"):
        if isinstance(text := table.get(key), str):
            yield key, _ANY_SPACE.sub(r"\\s*", text) if key == "pattern" else text
    headers = table.get("headers")
    for name, text in headers.items() if isinstance(headers, dict) else ():
        if isinstance(text, str):
            yield f"headers.{name}", text


def _misplaced(table: Mapping[str, Any], values: Collection[str]) -> Iterator[str]:
    """What is wrong with the places in a table's texts."""
    for key, text in _texts(table):
        known = {*values, *([COUNTER] if key == "json" and "items" in table else [])}
        try:
            names = template(text).names
        except ValueError as error:
            yield f"{key}: {error}"
            continue
        for name in sorted(names - known):
            there = ", ".join(sorted(known)) or "none"
            yield f"{key}: there is no value {name!r}; the values are: {there}"


def _judged(table: Mapping[str, Any]) -> list[str]:
    """The keys that are there of those that say how an answer is judged."""
    return [key for key in _JUDGED if table.get(key) not in (None, False)]


def _contradictions(table: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with keys of a table that may be right by themselves."""
    match _judged(table):
        case []:
            yield f"no body: say how an answer is judged by one of {', '.join(_JUDGED)}"
        case [key]:
            if "content_type" not in table and key != "any_body":
                yield (
                    "no content_type: give the beginning of a Content-Type header, such as "
                    "text/plain"
                )
        case several:
            yield f"{' and '.join(several)}: an answer is judged in one way; keep one of these keys"
    if ("sha256" in table) != ("size" in table):
        yield "sha256 and size go together: give both, or neither"
    if "items" in table and "json" not in table:
        yield "items: a list is JSON; give json, what each of its items is"
    if "request_body" in table and "request_json" in table:
        yield "request_body and request_json: a request has one body; keep one of these keys"


def _obstacles(samples: Iterable[Exchange]) -> Iterator[str]:
    """Why these requests cannot be sent, or never be answered rightly."""
    for exchange in samples:
        yield from _of_request(exchange.request)
        yield from judgement.obstacles(exchange.right)


def _too_rare(mix: Mix | None, samples: Collection[Exchange]) -> Iterator[str]:
    """The kinds of a mix that would hardly ever be sent."""
    if mix is None:
        return
    counts = Counter(exchange.kind for exchange in samples)
    for kind in mix.kinds:
        if counts[kind.label] < SAMPLES:
            yield (
                f"{kind.label}: fewer than {SAMPLES} of {mix.dealt:,} requests are of this kind; "
                "give it a larger weight, or the others smaller ones"
            )


def _of_request(request: Request) -> Iterator[str]:
    """Why this request cannot be sent as written."""
    if request.body and request.method is Method.GET:
        yield "a GET has no body (RFC 9110, 9.3.1): use another method, or remove request_body"
    if len(request.body) > REQUEST_BODY_LIMIT:
        yield f"request_body: with its values it has more than {REQUEST_BODY_LIMIT:,} bytes"
    if request.body[:4] in {f"{method} ".encode()[:4] for method in Method}:
        yield (
            f"request_body begins with {request.body[:4].decode()!r}, as a request does: the "
            "cross-check counts TCP segments that begin so (loadgen/crosscheck/requests.nft), and "
            "would count the body as a request of its own; let it begin with other bytes"
        )


def _asked_twice(path: Path, found: dict[str, Expectation]) -> list[str]:
    """Workloads with the same request, of which an answer is judged in two ways."""
    first: dict[Request, tuple[str, RightAnswer]] = {}
    problems = dict[str, None]()  # in their order, each once
    for name, expected in found.items():
        for one in expected.samples:
            other, right = first.setdefault(one.request, (name, one.right))
            if right != one.right and name != other:
                problems[
                    f"{path}: [{name}] has the same request as [{other}] ({one.request}), but "
                    "judges the answer otherwise: judge it alike, or change one of the requests"
                ] = None
    return list(problems)
