"""The contract's requests and answers, as host and load both read them."""

from pathlib import Path

import pytest

from labload.engine.target import aim
from labload.workloads import contract_path
from labwire.contract import read_contract
from labwire.exchange import Method, Request, RightAnswer
from labwire.expectation import Expectation
from labwire.tables import REQUEST_BODY_LIMIT
from labwire.toml import FileError

GET = """\
[text]
path = "/text"
status = 200
content_type = "Text/Plain"
body = "é"
"""
POST = """\
[order]
method = "POST"
path = "/orders?x=1"
headers = { Content-Type = "application/json", X-Empty = "" }
request_body = '{"é":1}'
status = 201
content_type = "application/json"
body = "{}"
"""


def read(folder: Path, text: str) -> dict[str, Expectation]:
    (folder / "contract.toml").write_text(text)
    return read_contract(folder / "contract.toml")


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(FileError) as error:
        read(folder, text)
    return [problem.replace(f"{folder}/", "") for problem in error.value.problems]


def test_the_workloads_of_2019_stand_first_in_this_repositorys_contract() -> None:
    found = read_contract(contract_path())
    assert list(found)[:2] == ["json", "text"]
    assert found["text"] == Expectation(
        workload="text",
        request=Request(path="/text"),
        right=RightAnswer(status=200, content_type=b"text/plain", body=b"Hello World"),
    )
    assert len(found["json"].right.body) == 117


def test_another_contract_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_CONTRACT", "/elsewhere/contract.toml")
    assert contract_path() == Path("/elsewhere/contract.toml")


def test_what_is_right_is_read_as_it_is_compared(tmp_path: Path) -> None:
    (found,) = read(tmp_path, GET).values()
    assert found.right == RightAnswer(status=200, content_type=b"text/plain", body="é".encode())


def test_a_request_has_a_method_headers_and_a_body(tmp_path: Path) -> None:
    (found,) = read(tmp_path, POST).values()
    assert found.request == Request(
        method=Method.POST,
        path="/orders?x=1",
        headers=(("Content-Type", "application/json"), ("X-Empty", "")),
        body='{"é":1}'.encode(),
    )
    assert str(found.request) == "POST /orders?x=1"


def test_the_bytes_of_a_get_are_those_of_2019() -> None:
    assert Request(path="/json").encoded("framework:8000") == (
        b"GET /json HTTP/1.1\r\nHost: framework:8000\r\nUser-Agent: weblab\r\n\r\n"
    )


def test_the_bytes_of_a_post_end_with_its_body(tmp_path: Path) -> None:
    (found,) = read(tmp_path, POST).values()
    target = aim("http://127.0.0.1:9", found, connect_timeout_s=1, request_timeout_s=1)
    assert target.request == (
        b"POST /orders?x=1 HTTP/1.1\r\nHost: 127.0.0.1:9\r\nUser-Agent: weblab\r\n"
        b"Content-Type: application/json\r\nX-Empty: \r\nContent-Length: 8\r\n\r\n"
        b'{"\xc3\xa9":1}'
    )


@pytest.mark.parametrize(
    ("method", "body", "said"),
    [
        (Method.GET, b"", False),
        (Method.DELETE, b"", False),
        (Method.DELETE, b"x", True),
        (Method.POST, b"", True),
        (Method.PUT, b"", True),
        (Method.PATCH, b"", True),
    ],
)
def test_a_length_is_said_where_a_body_means_something(
    method: Method, body: bytes, said: bool
) -> None:
    data = Request(path="/", method=method, body=body).encoded("x")
    assert (b"Content-Length: %d\r\n" % len(body) in data) == said


def test_a_user_agent_of_its_own_is_the_only_one() -> None:
    data = Request(path="/", headers=(("user-agent", "me"),)).encoded("x")
    assert data.lower().count(b"user-agent") == 1


def test_a_host_of_its_own_is_the_only_one() -> None:
    data = Request(path="/", headers=(("host", "shop.example"),)).encoded("x")
    assert data.lower().count(b"host:") == 1
    assert b"host: shop.example\r\n" in data


OURS = (
    "give the name of a header other than Content-Length, Connection, Transfer-Encoding, Expect, "
    "which are the lab's"
)


def test_all_that_is_wrong_with_requests_is_told_together_with_its_line(tmp_path: Path) -> None:
    text = f"""\
[a]
method = "HEAD"
path = "/a"
request_body = "{"x" * (REQUEST_BODY_LIMIT + 1)}"
status = 200
content_type = "text/plain"
body = ""
[a.headers]
"connection" = "x"
"X Y" = "1"
X-Break = "a\\r\\nb"
X-Number = 1
Expect = "100-continue"
[b]
method = "GET"
path = "/b"
request_body = "x"
status = 200
content_type = "text/plain"
body = ""
"""
    value = "give one line of at most 1,000 ASCII characters, without spaces around it"
    assert refused(tmp_path, text) == [
        'contract.toml:2: [a] method = "HEAD": give one of GET, POST, PUT, PATCH, DELETE',
        f'contract.toml:8: [a] headers = "connection": {OURS}',
        f'contract.toml:8: [a] headers = "X Y": {OURS}',
        f'contract.toml:8: [a] headers = "Expect": {OURS}',
        f'contract.toml:8: [a] headers["X-Break"] = "a\\r\\nb": {value}',
        f'contract.toml:8: [a] headers["X-Number"] = 1: {value}',
        f'contract.toml:4: [a] request_body = "{"x" * 58}…: give a text of at most 65,536 bytes, '
        "without NUL",
        "contract.toml: [b]: a GET has no body (RFC 9110, 9.3.1): use another method, or remove "
        "request_body",
    ]


def test_a_body_with_nul_is_refused(tmp_path: Path) -> None:
    """wrk could not be given it."""
    (problem,) = refused(tmp_path, POST.replace("""'{"é":1}'""", '"a\\u0000b"'))
    assert problem.endswith("give a text of at most 65,536 bytes, without NUL")


@pytest.mark.parametrize("method", [str(method) for method in Method])
def test_a_body_that_begins_like_a_request_is_refused(method: str, tmp_path: Path) -> None:
    """The kernel would count it as one."""
    assert read(tmp_path, POST.replace('{"é":1}', f" {method} /"))
    (problem,) = refused(tmp_path, POST.replace('{"é":1}', f"{method} /"))
    assert problem.startswith(f"contract.toml: [order]: request_body begins with '{method[:3]}")
    assert problem.endswith("let it begin with other bytes")


def test_a_header_twice_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, POST.replace("X-Empty", "content-type"))
    assert "[order] headers = " in problem
    assert problem.endswith("give a table of at most 30 headers, each name once")


def test_two_workloads_may_have_one_request_if_they_judge_the_answer_alike(tmp_path: Path) -> None:
    """Verification sends it once, and knows one right answer to it."""
    other = GET.replace("[text]", "[other]").replace("é", "e")
    posted = other.replace("[other]", '[posted]\nmethod = "POST"')
    assert list(read(tmp_path, GET + posted)) == ["text", "posted"]
    assert refused(tmp_path, GET + other) == [
        "contract.toml: [other] has the same request as [text] (GET /text), but judges the answer "
        "otherwise: judge it alike, or change one of the requests"
    ]
    assert list(read(tmp_path, GET + GET.replace("[text]", "[same]"))) == ["text", "same"]
