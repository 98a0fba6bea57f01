"""The reference of `lab cost` gives the right answers, whichever pieces the requests come in."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from labwire import judgement
from labwire.exchange import Method, Request
from labwire.response import ResponseReader
from orchestrator.bench.reference import entry_of
from orchestrator.model.together import REFERENCE
from reference.server import Reference, answers
from tests.unit.examples import JSON, TEXT, container

POST = replace(
    JSON, workload="post", request=Request(path="/post", method=Method.POST, body=b"a\r\n\r\nb")
)
ALL = (JSON, TEXT, POST)


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: Any) -> None:
        self.written += data


def served(*pieces: bytes) -> bytes:
    environment = entry_of({REFERENCE: container(REFERENCE)}, ALL).container.environment
    connection, transport = Reference(answers({"PATH": "/bin", **environment})), Transport()
    connection.connection_made(transport)
    for piece in pieces:
        connection.data_received(piece)
    return transport.written


def read(data: bytes) -> judgement.Complete:
    reader = ResponseReader()
    reader.feed(data)
    assert reader.complete
    assert reader.reusable
    return judgement.Complete(reader.status, reader.content_type, reader.body)


@pytest.mark.parametrize("expected", ALL, ids=lambda one: one.workload)
def test_its_answer_is_the_right_one(expected: Any) -> None:
    response = served(expected.request.encoded("framework:8000"))
    assert judgement.differences(read(response), expected.right) == []


@pytest.mark.parametrize("expected", ALL, ids=lambda one: one.workload)
def test_a_request_may_come_byte_by_byte_and_answers_come_in_order(expected: Any) -> None:
    request = expected.request.encoded("framework:8000")
    once = served(request)
    assert served(*(request[n : n + 1] for n in range(len(request)))) == once
    assert served(request + request[:9], request[9:]) == once * 2


def test_nothing_is_answered_before_the_request_is_complete() -> None:
    assert served(POST.request.encoded("framework:8000")[:-1]) == b""


def test_another_request_is_not_found() -> None:
    assert read(served(b"GET /other HTTP/1.1\r\nHost: x\r\n\r\n")).status == 404


@pytest.mark.parametrize("status", [204, 299, 404])
def test_other_statuses_are_given_too(status: int) -> None:
    right = replace(TEXT.right, status=status, body=b"")
    told = entry_of({REFERENCE: container(REFERENCE)}, [replace(TEXT, right=right)])
    (response,) = answers(told.container.environment).values()
    assert read(response).status == status
    assert (b"Content-Length" in response) == (status != 204)
