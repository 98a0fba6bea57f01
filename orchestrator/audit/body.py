"""Rules about what was asked for and what came back: path, size, the same for all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding

SAME_BYTES = 1.0
"""Averages are rounded to a whole byte in 2019's files; each body of a workload has one size."""
FAILED_MOST = 0.1
"""Of an average with more failures than this, nobody knows what the bodies were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The workload that the results say they are of. ``body_bytes``: of the lab's own answer.

    ``told``: a person or a record says so; else it is the name of a file or folder.
    """

    workload: str
    path: str
    body_bytes: int
    told: bool
    method: str = "GET"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def is_of(self, row: ResultRow) -> bool:
        """Whether a row with a path is of this request, as far as it tells."""
        method, path = _local(row.path or "")
        return _bare(path) == self.path and (row.method or method) in ("", self.method)


def workload_path(row: ResultRow, asked: Asked) -> Iterator[Finding]:
    """What was asked, path and method, against the workload that the results are named after."""
    if row.path is None or asked.is_of(row):
        return
    kind = contradiction if asked.told else doubt
    size = "" if row.body_bytes is None else f", {shown(row.body_bytes)} bytes an answer"
    requests = "" if row.requests is None else f"{shown(row.requests)} requests "
    found, wanted = row.path, asked.path
    if _bare(row.path) == asked.path:  # it is the method that differs
        found, wanted = f"{row.method or _local(row.path)[0]} {_local(row.path)[1]}", str(asked)
    text = (
        f"the results are said to be of {asked.workload!r}, {wanted}, but the {requests}"
        f"asked for {found}{size}."
    )
    yield kind(row, "workload-path", found, wanted, text)


def body_sizes(rows: Sequence[tuple[ResultRow, Asked]]) -> Iterator[Finding]:
    """The size of the answers against that of the workload.

    That is what most rows with the right path have, since others may serve other bodies than this
    lab; only where no row has the right path it is the lab's own contract. What another method or a
    query asks for is another body.
    """
    rows = [(r, a) for r, a in rows if r.method in ("", a.method) and "?" not in (r.path or "")]
    right: dict[str, Counter[float]] = defaultdict(Counter)
    for row, asked in rows:
        if row.path is not None and asked.is_of(row) and row.body_bytes:
            right[asked.workload][row.body_bytes] += 1
    for row, asked in rows:
        if not row.body_bytes or _failed(row) > FAILED_MOST:
            continue
        seen = right.get(asked.workload)
        expected = seen.most_common(1)[0][0] if seen else float(asked.body_bytes)
        whose = f"other rows of {asked.path} have" if seen else f"the lab's {asked.path} has"
        if abs(row.body_bytes - expected) > SAME_BYTES + _failed(row) * 2 * expected:
            text = (
                f"answers of {shown(row.body_bytes)} bytes on average, in results of "
                f"{asked.workload!r}: {whose} {shown(expected)} bytes."
            )
            yield doubt(row, "body-size", row.body_bytes, expected, text)


def body_differs(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """One request, answers of different sizes from different frameworks: not the same work.

    Another method or query is another request: one server may answer those with what it likes.
    """
    paths: Mapping[tuple[str, str], list[ResultRow]] = defaultdict(list)
    for row in rows:
        if row.path is not None and row.body_bytes and _failed(row) <= FAILED_MOST:
            method, path = _local(row.path)
            paths[row.method or method, path].append(row)
    for (_, path), asked in paths.items():
        usual, same = Counter(row.body_bytes or 0 for row in asked).most_common(1)[0]
        for row in asked:
            size = row.body_bytes or 0
            if abs(size - usual) > SAME_BYTES + _failed(row) * 2 * usual:
                text = (
                    f"{path} is answered with {shown(size)} bytes here, with {shown(usual)} by "
                    f"{same} of {len(asked)} frameworks: not the same work."
                )
                yield doubt(row, "body-differs", size, usual, text)


def _failed(row: ResultRow) -> float:
    """Share of the requests whose answers, errors or nothing, pull the average off the body."""
    return (row.failures or 0) / row.requests if row.requests else 0.0


def _bare(path: str) -> str:
    """``/json`` of ``GET /json?x=1`` or of a whole address."""
    return _local(path)[1].partition("?")[0]


def _local(path: str) -> tuple[str, str]:
    """``GET`` (or nothing) and ``/json?x=1``, without the server's address."""
    method, _, address = path.strip().rpartition(" ")
    _, scheme, after = address.partition("://")
    return method, f"/{after.partition('/')[2]}" if scheme else address
