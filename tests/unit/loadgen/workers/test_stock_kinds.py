"""Failures of Locust's own clients get the engine's kinds, as far as their exceptions show them."""

import http.client
from unittest.mock import Mock

import pytest
import requests.exceptions as told
import urllib3.exceptions as below
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError

from labload.workers.stock_kinds import kind_of_error


def wrapped(outside: Exception, inside: BaseException) -> Exception:
    outside.__cause__ = inside
    return outside


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (told.ConnectTimeout("slow"), "connect_timeout"),
        (told.ReadTimeout("slow"), "timeout"),
        (told.ConnectionError(ConnectionRefusedError(111, "refused")), "connect_refused"),
        (told.ConnectionError(ConnectionResetError(104, "reset")), "reset"),
        (told.ChunkedEncodingError(below.ProtocolError("cut", below.IncompleteRead(5, 6))), "eof"),
        (told.ChunkedEncodingError(below.ProtocolError("Response ended prematurely")), "eof"),
        (HTTPConnectionClosed("connection closed."), "eof"),
        # The status was right, but the rest is not HTTP.
        (
            wrapped(
                told.ChunkedEncodingError("broken"),
                below.InvalidChunkLength(Mock(), b"zz"),
            ),
            "bad_body",
        ),
        (told.ContentDecodingError("no gzip"), "bad_body"),
        (told.InvalidHeader("two lengths"), "bad_body"),
        # There is no status line, or the exception does not show one.
        (
            told.ConnectionError(below.ProtocolError("", http.client.BadStatusLine("220"))),
            "bad_status",
        ),
        (HTTPParseError("Expected HTTP/"), "bad_status"),
    ],
)
def test_an_exception_has_the_engines_kind_of_failure(error: Exception, kind: str) -> None:
    assert kind_of_error(error) == kind
