"""Rules about requests and answers: the path, the size of the body, the same body from all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding

SAME_BYTES = 1.0
"""The files of 2019 round averages to whole bytes. All bodies of a workload have the same size."""
FAILED_MOST = 0.1
"""With a larger share of failures, the average size says nothing about the bodies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The workload that the results are labelled with.

    ``body_bytes``: the size of the body in the lab's own contract. ``told``: a person or a record
    names the workload; otherwise it comes from the name of a file or folder.
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
        method = row.method or _local(row.path or "")[0]
        return self.is_at(row.path or "") and method in ("", self.method)

    def is_at(self, path: str) -> bool:
        """Whether a row's path is the workload's, which may itself have a query."""
        return self.path in (_local(path)[1], _bare(path))


def workload_path(row: ResultRow, asked: Asked) -> Iterator[Finding]:
    """Compare the path and method that were requested with those of the workload."""
    if row.path is None or asked.is_of(row):
        return
    kind = contradiction if asked.told else doubt
    size = "" if row.body_bytes is None else f" ({shown(row.body_bytes)} bytes an answer)"
    requests = "" if row.requests is None else f"{shown(row.requests)} "
    found, wanted, what = row.path, asked.path, "path "
    if asked.is_at(row.path):  # the method is what differs
        found, wanted = f"{row.method or _local(row.path)[0]} {_local(row.path)[1]}", str(asked)
        what = ""
    text = (
        f"The results are labelled as workload {asked.workload!r} ({what}{wanted}), but the "
        f"{requests}requests asked for {found}{size}."
    )
    yield kind(row, "workload-path", found, wanted, text)


def body_sizes(rows: Sequence[tuple[ResultRow, Asked]]) -> Iterator[Finding]:
    """Compare the mean size of the answers with the size that the workload should have.

    This is the most frequent size among rows with the right path, since other benchmarks may serve
    other bodies than this lab. If no row has the right path, it is the size in the lab's contract.
    Rows with another method, or with a query that is not the workload's, are left out: they ask for
    another body.
    """
    rows = [
        (row, asked)
        for row, asked in rows
        if row.method in ("", asked.method)
        and ("?" not in (row.path or "") or _local(row.path or "")[1] == asked.path)
    ]
    right: dict[str, Counter[float]] = defaultdict(Counter)
    for row, asked in rows:
        if row.path is not None and asked.is_of(row) and row.body_bytes:
            right[asked.workload][row.body_bytes] += 1
    for row, asked in rows:
        if not row.body_bytes or _failed(row) > FAILED_MOST:
            continue
        seen = right.get(asked.workload)
        expected = seen.most_common(1)[0][0] if seen else float(asked.body_bytes)
        whose = f"other rows of {asked.path} have" if seen else f"the lab's own {asked.path} has"
        if abs(row.body_bytes - expected) > SAME_BYTES + _failed(row) * 2 * expected:
            text = (
                f"The answers have {shown(row.body_bytes)} bytes on average, in results of "
                f"workload {asked.workload!r}, but {whose} {shown(expected)} bytes."
            )
            yield doubt(row, "body-size", row.body_bytes, expected, text)


def body_differs(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """Frameworks answer one request with bodies of different sizes: they do not do the same work.

    Another method or query is another request, and may have an answer of another size.
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
                    f"This row answers {path} with {shown(size)} bytes, but {same} of {len(asked)} "
                    f"rows answer it with {shown(usual)}: they do not do the same work."
                )
                yield doubt(row, "body-differs", size, usual, text)


def _failed(row: ResultRow) -> float:
    """The share of failed requests. Their answers change the average size of all answers."""
    return (row.failures or 0) / row.requests if row.requests else 0.0


def _bare(path: str) -> str:
    """The path alone: ``/json`` from ``GET /json?x=1`` or from a full URL."""
    return _local(path)[1].partition("?")[0]


def _local(path: str) -> tuple[str, str]:
    """Method (or an empty text) and path with query, without the server's address."""
    method, _, address = path.strip().rpartition(" ")
    _, scheme, after = address.partition("://")
    return method, f"/{after.partition('/')[2]}" if scheme else address
