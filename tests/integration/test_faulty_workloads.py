"""Each fault of an answer in a mix has its own kind of failure, and both ends count it."""

import asyncio
import json
import re
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from labload.workloads import contract_path
from labwire.contract import read_contract
from tests.integration.harness import CountingServer, check_counts, failures, run

FAULTS = 20
CONTRACT = read_contract(contract_path())
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
KEPT = [(number, f"Message {number:02} <em> & more") for number in range(1, 13)]


def response(status: int, kind: str, body: str) -> bytes:
    """A response with a length."""
    data = body.encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def as_json(found: Any, status: int = 200) -> bytes:
    return response(status, "application/json", json.dumps(found))


def row(number: int) -> dict[str, Any]:
    return {"id": number, "number": number * 7919 % 10007, "name": f"row {number}"}


def book(number: int) -> dict[str, Any]:
    author = number * 7919 % 1000 + 1
    by = {"id": author, "name": f"author {author}"}
    return {"id": number, "title": f"book {number}", "author": by}


def html(rows: list[tuple[int, str]], by: Callable[[str], str] = escape) -> str:
    lines = "".join(f"<tr><td>{number}</td><td>{by(text)}</td></tr>" for number, text in rows)
    return (
        "<!DOCTYPE html><html><head><title>Messages</title></head><body><table>"
        f"<tr><th>id</th><th>message</th></tr>{lines}</table></body></html>"
    )


class Works(CountingServer):
    """Answers all workloads on request rightly; makes its fault at some of the requests.

    The fault comes from the fiftieth request on, at every second request that it fits, a fixed
    number of times. So all faulty requests have ended before the trial does.
    """

    async def request(self, reader: asyncio.StreamReader) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        self.method, target, _ = head.decode().split(" ", 2)
        self.parts = urlsplit(target)
        self.asked = {name: found[0] for name, found in parse_qs(self.parts.query).items()}
        self.document: Any = json.loads(body) if body else None
        return True

    async def reply(self, writer: asyncio.StreamWriter) -> bool:
        fault = None
        if self.requests >= 50 and self.requests % 2 and self.faults < FAULTS:
            fault = self.fault()
        self.faults += fault is not None
        writer.write(fault or self.right())
        await writer.drain()
        return True

    def fault(self) -> bytes | None:
        """A wrong answer to this request; None if the fault does not fit it."""
        raise NotImplementedError

    def right(self) -> bytes:
        """The right answer to this request."""
        match self.parts.path.strip("/").split("/"):
            case ["routes", number, *words]:
                return (
                    as_json(self.echo(int(number), *words)) if number != "200" else self.missing()
                )
            case ["validate"]:
                return self.validated()
            case ["page"]:
                return response(200, "text/html", html(self.rows()))
            case ["rows", number]:
                return as_json(row(int(number)))
            case ["rows"]:
                first = int(self.asked["first"])
                return as_json([row(number) for number in range(first, first + 20)])
            case ["orm", asked]:
                return self.by_orm(asked)
            case _:
                return self.missing()

    def by_orm(self, asked: str) -> bytes:
        """The right answer to a request of the set orm."""
        first = int(self.asked.get("first", 0))
        match asked:
            case "one":
                return as_json(row(int(self.asked["id"])))
            case "twenty" | "thousand":
                count = 20 if asked == "twenty" else 1_000
                return as_json([row(number) for number in range(first, first + count)])
            case "insert":
                return self.inserted(self.document)
            case "update":
                return as_json({**row(self.document["id"]), **self.document})
            case _:
                return as_json([book(number) for number in range(first, first + 20)])

    def inserted(self, document: dict[str, Any]) -> bytes:
        found = {"id": self.requests, **document}
        return response(200, "application/json", json.dumps(found, separators=(",", ":")))

    def echo(self, number: int, key: str, name: str) -> dict[str, Any]:
        return {
            "exact": self.asked["exact"] == "true",
            "route": number,
            "id": int(key),
            "name": parse_qs(f"x={name.replace('+', '%2B')}")["x"][0],
            "page": int(self.asked["page"]),
            "ratio": float(self.asked["ratio"]),
        }

    def missing(self) -> bytes:
        return response(404, "text/plain", "Not Found")

    def validated(self) -> bytes:
        items = self.document["items"]
        counts = [item["quantity"] for item in items]
        if "email" not in self.document["customer"] or not all(
            isinstance(count, int) and count > 0 for count in counts
        ):
            return as_json({"error": "invalid"}, 422)
        return self.accepted()

    def accepted(self) -> bytes:
        items = [item for item in self.document["items"] if isinstance(item["quantity"], int)]
        return as_json(
            {
                "customer": self.document["customer"]["name"],
                "count": sum(item["quantity"] for item in items),
                "total": sum(item["quantity"] * item["price"] for item in items),
            }
        )

    def rows(self) -> list[tuple[int, str]]:
        return sorted([*KEPT, (0, self.asked["message"])], key=lambda one: one[1])


class EchoesAnotherValue(Works):
    def fault(self) -> bytes | None:
        _, number, *words = self.parts.path.strip("/").split("/")
        if number == "200":
            return None
        return as_json({**self.echo(int(number), *words), "page": 0})


class AnswersFromACache(Works):
    kept: bytes | None = None

    def fault(self) -> bytes | None:
        if self.parts.path.startswith("/routes/200/"):
            return None
        self.kept, before = self.kept or self.right(), self.kept
        return before


class FindsWhatIsMissing(Works):
    def fault(self) -> bytes | None:
        return as_json({}) if self.parts.path.startswith("/routes/200/") else None


class AcceptsWhatIsInvalid(Works):
    def fault(self) -> bytes | None:
        return self.accepted() if b" 422 " in self.validated()[:20] else None


class RefusesWhatIsValid(Works):
    def fault(self) -> bytes | None:
        return as_json({}, 422) if b" 200 " in self.validated()[:20] else None


class EscapesNothing(Works):
    def fault(self) -> bytes | None:
        return response(200, "text/html", html(self.rows(), lambda text: text))


class DoesNotSort(Works):
    def fault(self) -> bytes | None:
        return response(200, "text/html", html([*KEPT, (0, self.asked["message"])]))


class SelectsNineteen(Works):
    def fault(self) -> bytes | None:
        if "first" not in self.asked:
            return None
        first = int(self.asked["first"])
        return as_json([row(number) for number in range(first, first + 19)])


class InsertsAnotherNumber(Works):
    def fault(self) -> bytes | None:
        return self.inserted({**self.document, "number": 0})


class AnswersBeforeTheUpdate(Works):
    def fault(self) -> bytes | None:
        return as_json(row(self.document["id"]))


class JoinsAnotherAuthor(Works):
    def fault(self) -> bytes | None:
        first = int(self.asked["first"])
        books = [book(number) for number in range(first, first + 20)]
        return as_json([{**one, "author": books[0]["author"]} for one in books])


@pytest.mark.parametrize("client", ["engine", "http"])
@pytest.mark.parametrize(
    ("workload", "server", "kind", "words"),
    [
        ("routes", EchoesAnotherValue, "bad_body", r"GET /routes/.*: \.page is 0, not \d+: "),
        ("routes", AnswersFromACache, "bad_body", r"GET /routes/.*: \.\w+ is "),
        ("routes", FindsWhatIsMissing, "bad_status", r"GET /routes/200/.*: status 200, not 404"),
        ("validate", AcceptsWhatIsInvalid, "bad_status", r"POST /validate with.*: status 200,"),
        ("validate", RefusesWhatIsValid, "bad_status", r"POST /validate: status 422, not 200"),
        ("page", EscapesNothing, "bad_body", r"GET /page.*: body of \d+ bytes does not match"),
        ("page", DoesNotSort, "bad_body", r"GET /page.*: body of \d+ bytes does not match"),
        ("rows", SelectsNineteen, "bad_body", r"GET /rows\?f.*: the document has 19 items"),
        ("orm-insert", InsertsAnotherNumber, "bad_body", r"POST /orm/insert: body of \d+ by"),
        ("orm-update", AnswersBeforeTheUpdate, "bad_body", r"POST /orm/update: \.number is \d+"),
        ("orm-join", JoinsAnotherAuthor, "bad_body", r"GET /orm/join.*: \[1\]\.author\.id is"),
    ],
)  # fmt: skip
def test_a_fault_has_its_kind_and_its_words_and_both_ends_count_it(
    workload: str, server: type[Works], kind: str, words: str, client: str
) -> None:
    faulty = server()
    result = run(faulty, f"--workload={workload}", f"--client={client}")[-1]
    check_counts(result, faulty.requests)
    assert failures(result) == {kind: FAULTS} == {kind: faulty.faults}
    reasons = result["failure_reasons"]
    assert sum(reasons.values()) == FAULTS
    if client == "engine":
        assert [reason for reason in reasons if not re.match(f"{kind}: {words}", reason)] == []


class NoFault(Works):
    def fault(self) -> bytes | None:
        return None


@pytest.mark.parametrize("workload", [name for name, one in CONTRACT.items() if one.on_request])
def test_right_answers_of_every_workload_are_right(workload: str) -> None:
    server = NoFault()
    result = run(server, f"--workload={workload}")[-1]
    check_counts(result, server.requests)
    assert failures(result) == {}
    assert sum(step["requests"] for step in result["steps"]) > 100
