"""The dialogue with a service through the program inside, for all kinds of services."""

import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labwire.exchange import Method, Request
from orchestrator.adapters.docker_container import DockerContainer
from orchestrator.adapters.pipes import ExecPipe, LocalPipe, Pipe
from orchestrator.adapters.probe import NoAnswer, dialogue, main
from orchestrator.contract import Answer, Distribution, Probe


class Server(threading.Thread):
    """Answers each request with the next of ``answers``, and closes after some of them."""

    def __init__(self, listener: socket.socket, answers: list[tuple[bytes, bool]]) -> None:
        super().__init__(daemon=True)  # so that a failed test does not wait for it
        self.requests: list[str] = []
        self.connections = 0
        self._listener, self._answers = listener, answers

    def run(self) -> None:
        answers = iter(self._answers)
        left = len(self._answers)
        while left:
            connection, _ = self._listener.accept()
            self.connections += 1
            with connection, connection.makefile("rb") as stream:
                while left and (head := self._head(stream)):
                    self.requests.append(head)
                    answer, closes = next(answers)
                    left -= 1
                    connection.sendall(answer)
                    if closes:
                        break

    def _head(self, stream: Any) -> str:
        lines = iter(stream.readline, b"\r\n")
        return b"".join(line or b"" for line in _until_closed(lines)).decode()


def _until_closed(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if not line:
            return
        yield line


@contextmanager
def serving(*answers: tuple[bytes, bool]) -> Iterator[tuple[Server, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener, list(answers))
        server.start()
        yield server, listener.getsockname()[1]
        server.join(timeout=30)
        assert not server.is_alive()


def probe(port: int, *paths: str, within_s: float = 10) -> Probe:
    """The lab's view of a server on this machine."""
    with dialogue(LocalPipe, port, within_s) as it:
        return it.probe([Request(path=path) for path in paths])


def sizes() -> dict[str, int | None]:
    """The sizes of installed distributions."""
    with dialogue(LocalPipe, 1, 10) as it:
        return it.sizes()


HELLO = b"Content-Type: text/plain\r\nContent-Length: 5\r\n"


@pytest.mark.parametrize(
    ("response", "closes", "keep_alive"),
    [
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + HELLO + b"\r\nHello", False, True, id="content-length"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nConnection: Close\r\n" + HELLO + b"\r\nHello",
            True,
            False,
            id="said to close",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"2;ext=1\r\nHe\r\n3\r\nllo\r\n0\r\n\r\n",
            False,
            True,
            id="chunked",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nHello",
            True,
            False,
            id="delimited by closing",
        ),
        pytest.param(b"HTTP/1.0 200 OK\r\n" + HELLO + b"\r\nHello", True, False, id="HTTP/1.0"),
        pytest.param(
            b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + HELLO + b"\r\nHello",
            False,
            True,
            id="HTTP/1.0 kept alive",
        ),
    ],
)
def test_both_answers_are_read_completely(response: bytes, closes: bool, keep_alive: bool) -> None:
    with serving((response, closes), (response, closes)) as (server, port):
        found = probe(port, "/text")
    whole = Answer(
        request=Request(path="/text"),
        status=200,
        content_type="text/plain",
        body=b"Hello",
        keep_alive=keep_alive,
    )
    assert found.answers == (whole, whole)
    assert server.connections == (1 if keep_alive else 2)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
CLOSES = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
GONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def test_each_path_is_requested_twice_on_its_own_connection() -> None:
    with serving((OK, False), (OK, True), (GONE, False), (GONE, True)) as (server, port):
        found = probe(port, "/json", "/text")
    assert [head.split("\r\n")[0] for head in server.requests] == [
        "GET /json HTTP/1.1",
        "GET /json HTTP/1.1",
        "GET /text HTTP/1.1",
        "GET /text HTTP/1.1",
    ]
    assert server.connections == 2
    assert [answer.status for answer in found.answers] == [200, 200, 404, 404]


def test_a_repeated_request_uses_a_connection_for_as_long_as_it_stays_open() -> None:
    asked = Request(path="/json")
    answers = ((OK, False), (CLOSES, True), (OK, False), (GONE, True))
    with serving(*answers) as (server, port), dialogue(LocalPipe, port, 10) as it:
        found = it.in_turn([asked] * 4)
    assert len(server.requests) == 4
    assert server.connections == 2
    assert [answer.status for answer in found] == [200, 200, 200, 404]


WORK_S = 0.01


def test_a_server_that_waits_for_its_client_to_close_has_ended_its_work_before_the_next() -> None:
    """As gunicorn does (RFC 9112, section 9.6): then no connection comes while it works."""
    came_early = []

    def work() -> None:
        end = time.monotonic() + WORK_S
        while time.monotonic() < end:  # so that the thread does not sleep
            pass

    def serve(listener: socket.socket) -> None:
        for _ in range(3):
            connection, _ = listener.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(CLOSES)
                work()
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1)
            work()
            came_early.append(bool(select.select([listener], [], [], 0)[0]))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=[listener], daemon=True)
        server.start()
        with dialogue(LocalPipe, listener.getsockname()[1], 10) as it:
            it.in_turn([Request(path="/json")] * 3)
        server.join(timeout=30)
        assert not server.is_alive()
    assert came_early == [False] * 3


def test_a_request_is_sent_as_the_load_sends_it() -> None:
    asked = Request(path="/orders", method=Method.POST, body=b"x" * 65_536)
    sent = asked.encoded("127.0.0.1:")
    arrived = []

    def serve(connection: socket.socket, _: threading.Event) -> None:
        for _again in range(2):
            data = b""
            while not data.endswith(asked.body):
                data += connection.recv(100_000)
            arrived.append(data)
            connection.sendall(OK)

    with speaking(serve) as port, dialogue(LocalPipe, port, 10) as it:
        found = it.probe([asked])
    assert arrived == [sent.replace(b"127.0.0.1:", b"127.0.0.1:%d" % port)] * 2
    assert [(answer.request, answer.status) for answer in found.answers] == [(asked, 200)] * 2


def test_the_installation_is_told_beside_the_answers() -> None:
    with serving((OK, False), (OK, True)) as (_, port):
        found = probe(port, "/json")
    assert found.python == sys.version.replace("\n", " ")
    pytest_itself = found.distributions["pytest"]
    assert pytest_itself.version == pytest.__version__
    assert pytest_itself.requires_python is not None
    assert pytest_itself.requires_python.startswith(">=3.")
    assert found.nofile > 0
    assert found.answered_at > 1e9


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of distributions that the program inside finds first."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def installed() -> tuple[dict[str, Distribution], dict[str, int | None]]:
    """The reported versions and sizes of distributions."""
    with serving((OK, False), (OK, True)) as (_, port):
        found = probe(port, "/json")
    return found.distributions, sizes()


def test_a_distribution_is_as_large_as_its_listed_files_that_exist(site: Path) -> None:
    info = site / "My_Framework-1.2.dist-info"
    info.mkdir()
    (site / "my").mkdir()
    (site / "my" / "a,b.py").write_text("x" * 1_000)
    (site / "script").write_text("x" * 20)
    (info / "METADATA").write_text("Name: x\nRequires-Python: >=3.8,<4\n\nRequires-Python: no")
    record = f'"my/a,b.py",sha256=x,1\n../{site.name}/script,,\nmy/gone.py,,9\n\n'
    (info / "RECORD").write_text(record)
    versions, sized = installed()
    assert versions["my-framework"] == Distribution(version="1.2", requires_python=">=3.8,<4")
    assert sized["my-framework"] == 1_020
    assert (sized["pytest"] or 0) > 100_000


def test_values_that_the_metadata_lacks_are_null(site: Path) -> None:
    (site / "bare-1.dist-info").mkdir()
    (site / "quiet-1.dist-info").mkdir()
    (site / "quiet-1.dist-info" / "METADATA").write_text("Name: quiet\n\nSaid nothing.\n")
    (site / "quiet-1.dist-info" / "RECORD").write_text("")
    versions, sized = installed()
    assert versions["bare"] == versions["quiet"] == Distribution(version="1", requires_python=None)
    assert (sized["bare"], sized["quiet"]) == (None, 0)


def test_the_installation_that_python_would_import_counts(site: Path) -> None:
    (site / "pytest-0.1.dist-info").mkdir()
    versions, sized = installed()
    assert (versions["pytest"].version, sized["pytest"]) == ("0.1", None)


def test_a_server_that_never_listens_is_a_timeout() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        with pytest.raises(NoAnswer, match=rf"on port {port} within 0.3 s \(.*refused\)"):
            probe(port, "/json", within_s=0.3)


@contextmanager
def speaking(speak: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """The port of a server that sends to one client until the client gives up."""
    given_up = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                speak(connection, given_up)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        given_up.set()
        thread.join(10)
        assert not thread.is_alive()


def trickling(connection: socket.socket, given_up: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
    while not given_up.wait(0.02):
        connection.sendall(b"a")


def silent(connection: socket.socket, given_up: threading.Event) -> None:
    given_up.wait(10)


@pytest.mark.parametrize(
    ("speak", "why"),
    [(trickling, "bytes of an answer came, but not its end"), (silent, "no byte of an answer")],
)
def test_one_deadline_covers_the_whole_dialogue_with_any_server(
    speak: Callable[[socket.socket, threading.Event], None], why: str
) -> None:
    with speaking(speak) as port, pytest.raises(NoAnswer, match=rf"within 0.5 s \(.*{why}"):
        probe(port, "/json", within_s=0.5)


def test_an_endless_answer_is_cut_off_at_the_loads_limit() -> None:
    def endless(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
        while True:
            connection.sendall(b"a" * 65_536)

    with speaking(endless) as port, pytest.raises(NoAnswer, match="more than 128 KiB of headers"):
        probe(port, "/json")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param([(b"", True)], "the connection ended before the response", id="no answer"),
        pytest.param(
            [(b"HTTP/1.1 200 OK\r\nContent-", True)], "ended inside the response", id="no end"
        ),
        pytest.param(
            # A reset if the second request was on its way when the server closed.
            [(OK, True)],
            "ended before the response.* but the answer before it said .* stays open",
            id="closed against its word",
        ),
        pytest.param([(b"220 smtp ready\r\n", True)], "invalid HTTP: Expected HTTP/", id="no HTTP"),
        pytest.param(
            [(OK.replace(b": 0", b": +0"), True)],
            "GET /json: the answer is invalid HTTP: Invalid character in Content-Length",
            id="wrong HTTP",
        ),
        pytest.param([(OK + b"and more", True)], "bytes after a complete response", id="too much"),
    ],
)
def test_an_answer_that_is_not_http_is_refused_with_a_reason(
    answers: list[tuple[bytes, bool]], said: str
) -> None:
    with serving(*answers) as (_, port), pytest.raises(NoAnswer, match=said):
        probe(port, "/json")


def test_an_interim_response_is_not_an_answer() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK
    with serving((early, False), (early, True)) as (_, port):
        assert {answer.status for answer in probe(port, "/json").answers} == {200}


# --- other output of a container -----------------------------------------------------------------


def test_output_of_pythons_start_is_ignored(site: Path) -> None:
    said = "import sys; print('ready'); print({'answers': 5}); sys.stdout.write('lab-0: {}')"
    (site / "sitecustomize.py").write_text(said)
    with serving((OK, False), (OK, True)) as (_, port):
        assert [answer.status for answer in probe(port, "/json").answers] == [200, 200]
    assert (sizes()["pytest"] or 0) > 100_000


class Script:
    """Prints a prepared line after the mark, for any question, and ends."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)
        self._mark = ""

    def __call__(self, arguments: Sequence[str]) -> AbstractContextManager[Pipe]:
        self._mark = arguments[0]
        return nullcontext(self)

    def send(self, data: bytes) -> None:
        """Ignore it."""

    def receive(self, within_s: float) -> bytes:
        line = self._lines.pop(0) if self._lines else ""
        return line.replace("MARK", self._mark).encode()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("MARK{\n", "printed an invalid reply"),
        (
            'MARK{"told": "sizes", "sizes": 5}\n',
            "printed an invalid reply: Expected `object`, got `int`",
        ),
        ('MARK{"told": "answers"}\n', "printed an invalid reply: Invalid value 'answers'"),
        ("exec: python: not found\n", "ended: exec: python: not found"),
        ("no line's end", "ended: no line's end"),
        ("", "ended: it said nothing"),
    ],
)
def test_output_of_the_wrong_type_is_refused_with_a_reason(line: str, why: str) -> None:
    with dialogue(Script(line), 8000, 5) as it, pytest.raises(NoAnswer, match=why):
        it.sizes()
    with dialogue(Script(line), 8000, 5) as it, pytest.raises(NoAnswer, match=why):
        it.probe([Request(path="/json")])


def frame(data: bytes, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


class Api:
    """The part of Docker's API that an exec needs. `engine` is the engine's end of the socket."""

    def __init__(self) -> None:
        self.engine, self._client = socket.socketpair()

    def exec_create(self, container: str, command: list[str], *, stdin: bool) -> dict[str, str]:
        assert (container, command[0], stdin) == ("c0ffee", "python", True)
        return {"Id": "1"}

    def exec_start(self, exec_id: str, *, socket: bool) -> Any:
        assert (exec_id, socket) == ("1", True)
        response = SimpleNamespace(
            raw=SimpleNamespace(_fp=SimpleNamespace(fp=self._client.makefile("rb"))),
            close=lambda: None,
        )
        return SimpleNamespace(_sock=self._client, _response=response)


@pytest.mark.parametrize("cut", [1, 3, 8, 9, 1000])
def test_an_execs_frames_are_joined_for_any_split(cut: int) -> None:
    api = Api()
    said = frame(b"early ") + frame(b"warning ", stream=2) + frame(b"") + frame(b"late")
    api.engine.sendall(said[:cut])  # may be read together with the headers
    with ExecPipe(api, "c0ffee", ["python"]) as pipe:
        pipe.send(b"facts\n")
        assert api.engine.recv(100) == b"facts\n"
        api.engine.sendall(said[cut:] + b"no frame")
        api.engine.close()
        heard = list(iter(lambda: pipe.receive(5), b""))
    assert b"".join(heard) == b"early warning lateno frame"


def test_a_silent_exec_is_a_timeout() -> None:
    api = Api()
    with api.engine, ExecPipe(api, "c0ffee", ["python"]) as pipe:
        api.engine.sendall(frame(b"half a frame")[:10])
        with pytest.raises(TimeoutError):
            pipe.receive(0.05)


def test_an_exec_ends_with_its_block() -> None:
    api, ended = Api(), threading.Event()

    def program() -> None:
        assert api.engine.recv(100) == b""  # its stdin was closed
        api.engine.sendall(frame(b"last words"))
        ended.set()
        api.engine.close()

    thread = threading.Thread(target=program)
    with ExecPipe(api, "c0ffee", ["python"]):
        thread.start()
        assert not ended.is_set()
    assert ended.is_set()
    thread.join(5)


@pytest.mark.parametrize("said", [b"Traceback ...", frame(b"ready\n"), b""])
def test_sizes_that_cannot_be_read_are_unknown_and_not_an_error(said: bytes) -> None:
    api = Api()
    api.engine.sendall(said)
    api.engine.close()
    container: Any = SimpleNamespace(id="c0ffee", client=SimpleNamespace(api=api))
    assert DockerContainer(container, "flask").install_bytes() is None


def test_a_server_on_this_machine_can_be_probed_too(capsys: pytest.CaptureFixture[str]) -> None:
    with serving((OK, False), (OK, True)) as (_, port):
        assert main(str(port), "10", "/json") == 0
    assert '"status":200' in capsys.readouterr().out
    with serving((b"", True)) as (_, port):
        assert main(str(port), "10", "/json") == 1
    assert "ended before the response" in capsys.readouterr().err
