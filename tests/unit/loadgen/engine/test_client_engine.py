"""The engine with real sockets: every way in which a request can end."""

import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from labload.counts.ledger import Ledger
from labload.counts.tally import Distribution, Health, StepTally, Tally, from_wire, merge, total
from labload.engine.answer import CLOSES, Answer
from labload.engine.engine import Engine
from labload.engine.schedule import Schedule
from labload.engine.slot import Slot
from labload.engine.target import aim
from labwire.exchange import Method, Request, RightAnswer
from labwire.expectation import Expectation
from labwire.response import BESIDE_LIMIT
from tests.unit.loadgen.engine.servers import Serve, reset, serving

EXPECTED = Expectation(
    workload="text",
    request=Request(path="/text"),
    right=RightAnswer(status=200, content_type=b"text/plain", body=b"Hello World"),
)
HEADERS = b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 11\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\n" + HEADERS + EXPECTED.right.body
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + HEADERS + EXPECTED.right.body
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nHello\r\n6\r\n World\r\n0\r\n\r\n"
)
TO_THE_END = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nHello World"
TIMEOUT_S = 0.3


class Locust:
    """Counts the events that Locust would get."""

    def __init__(self) -> None:
        self.successes = self.received = 0
        self.failures: Counter[str] = Counter()

    def add(self, latencies: Distribution, failures: Counter[str], received: int) -> None:
        self.successes += latencies.total()
        self.failures.update(failures)
        self.received += received


class Bench:
    """An engine with one step, and its counts."""

    def __init__(
        self, url: str, timeout_s: float = TIMEOUT_S, expected: Expectation = EXPECTED
    ) -> None:
        self.locust = Locust()
        self.ledger = Ledger(self.locust, 0, time.perf_counter_ns())
        target = aim(url, expected, connect_timeout_s=timeout_s, request_timeout_s=timeout_s)
        self.engine = Engine(target, self.ledger)
        self.tally: Tally = {}

    def run(self, until: Callable[["Bench"], bool], within_s: float = 5) -> None:
        """Run the engine until a condition holds."""
        waiting = select.poll()
        waiting.register(self.engine.fileno(), select.POLLIN)
        deadline = time.monotonic() + within_s
        while not until(self):
            assert time.monotonic() < deadline, self.ended()
            waiting.poll(20)
            self.engine.turn()
            self.engine.sweep()

    def ended(self) -> tuple[int, dict[str, int]]:
        """Successes and failures by kind, so far."""
        part = from_wire(self.ledger.drain())
        merge(self.tally, part)
        steps = self.tally.values()
        failures: Counter[str] = Counter()
        for step in steps:
            failures.update(step.failures)
        return sum(step.successes for step in steps), dict(failures)

    @property
    def connects(self) -> int:
        return total(self.tally).connects

    @property
    def server_closes(self) -> int:
        return total(self.tally).server_closes


@contextmanager
def bench(serve: Serve, expected: Expectation = EXPECTED) -> Iterator[Bench]:
    with serving(serve) as server:
        bench = Bench(server.url, expected=expected)
        try:
            yield bench
        finally:
            bench.engine.shut()


def answering(*answers: bytes) -> Serve:
    """Read a request and send an answer, for each answer; then wait for the client to close."""

    def serve(connection: socket.socket, _: int) -> None:
        for answer in answers:
            if not connection.recv(1000).startswith(b"GET /text HTTP/1.1\r\nHost: 127.0.0.1:"):
                return
            connection.sendall(answer)

    return serve


def successes(count: int) -> Callable[[Bench], bool]:
    return lambda bench: bench.ended()[0] >= count


def failures(count: int) -> Callable[[Bench], bool]:
    return lambda bench: sum(bench.ended()[1].values()) >= count


def test_a_connection_is_reused_and_every_response_counted() -> None:
    with bench(answering(*[ANSWER] * 50)) as it:
        user = it.engine.open()
        it.run(successes(49))
        it.engine.close(user)
    assert it.connects == 1
    assert it.locust.successes == it.ended()[0]
    assert it.locust.received >= 49 * len(ANSWER)


@pytest.mark.parametrize("size", [1, 65_536, 5_000_000], ids=["small", "largest", "in parts"])
def test_a_request_with_a_body_arrives_whole_each_time(size: int) -> None:
    """One that the socket cannot take at once goes in parts."""
    asked = Request(path="/text", method=Method.POST, body=b"x" * size)
    arrived = []

    def serve(connection: socket.socket, _: int) -> None:
        for _ in range(3):
            data = bytearray()
            while not data.endswith(asked.body) and (part := connection.recv(100_000)):
                data += part
            arrived.append(bytes(data))
            connection.sendall(ANSWER)

    with bench(serve, replace(EXPECTED, request=asked)) as it:
        user = it.engine.open()
        it.run(successes(3))
        it.engine.close(user)
    head = "POST /text HTTP/1.1\r\nHost: 127.0.0.1:"
    assert [data[: len(head)].decode() for data in arrived[:3]] == [head] * 3
    assert {len(data) - len(asked.body) for data in arrived[:3]} == {
        arrived[0].index(b"\r\n\r\n") + 4
    }
    assert it.connects == 1


def test_after_an_answer_to_half_a_request_the_next_one_has_a_connection_of_its_own() -> None:
    """On the old connection it would be a part of the old body."""
    asked = Request(path="/text", method=Method.POST, body=b"x" * 20_000_000)
    began, counted = [], threading.Semaphore(0)

    def serve(connection: socket.socket, _: int) -> None:
        began.append(connection.recv(1000)[:5])
        connection.sendall(ANSWER)
        counted.acquire(timeout=5)  # whoever reads on takes the whole request after all
        while connection.recv(100_000):  # until the client has closed
            pass

    with bench(serve, replace(EXPECTED, request=asked)) as it:
        user = it.engine.open()
        for number in (1, 2, 3):
            it.run(successes(number))
            counted.release()
        it.engine.close(user)
        counted.release()  # for the connection after the third, which may have begun
    assert it.ended()[1] == {}
    assert began[:3] == [b"POST "] * 3
    assert it.connects >= 3


@pytest.mark.parametrize("early", [b"HTTP/1.1 100 Continue\r\n\r\n", ANSWER[:20]])
def test_the_rest_of_a_request_follows_an_interim_response(early: bytes) -> None:
    """Also if an answer has begun: a server may read the request while it answers."""
    asked = Request(path="/text", method=Method.POST, body=b"x" * 5_000_000)

    def serve(connection: socket.socket, _: int) -> None:
        for _ in range(3):
            data = bytearray(connection.recv(1000))
            connection.sendall(early)
            time.sleep(0.05)  # the client reads it before it can send more
            while not data.endswith(asked.body) and (part := connection.recv(100_000)):
                data += part
            connection.sendall(ANSWER.removeprefix(early))

    with serving(serve) as server:
        it = Bench(server.url, timeout_s=2, expected=replace(EXPECTED, request=asked))
        it.engine.open()
        it.run(lambda bench: sum(bench.ended()[1].values()) + bench.ended()[0] >= 3)
        it.engine.shut()
    assert it.ended() == (3, {})
    assert it.connects == 1


@pytest.mark.parametrize("answer", [CLOSING, TO_THE_END], ids=["close", "to the end"])
def test_a_server_that_closes_gets_a_connection_for_each_request(answer: bytes) -> None:
    with bench(answering(answer)) as it:
        it.engine.open()
        it.run(successes(5))
    assert it.ended()[1] == {}
    assert it.connects >= 5
    assert it.server_closes == 0


@pytest.mark.parametrize("answer", [ANSWER, CHUNKED], ids=["length", "chunks"])
@pytest.mark.parametrize("size", [1, 7, 40])
def test_a_response_may_come_in_pieces(answer: bytes, size: int) -> None:
    def serve(connection: socket.socket, _: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while connection.recv(1000):
            for start in range(0, len(answer), size):
                connection.sendall(answer[start : start + size])

    with bench(serve) as it:
        user = it.engine.open()
        it.run(successes(3))
        it.engine.close(user)
    assert it.ended()[1] == {}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", "eof"),
        (ANSWER[:30], "eof"),
        (ANSWER[:-1], "eof"),
        (ANSWER.replace(b"200 OK", b"500 NO"), "bad_status"),
        (b"220 mail.example ESMTP\r\n", "bad_status"),
        (ANSWER.replace(b"World", b"Venus"), "bad_body"),
        (ANSWER.replace(b"text/plain", b"text/html"), "bad_body"),
        (ANSWER + b"and more", "bad_body"),
    ],
)
def test_a_wrong_answer_fails_by_its_kind_each_time(answer: bytes, kind: str) -> None:
    with bench(answering(answer)) as it:
        it.engine.open()
        it.run(failures(3))
    assert it.ended()[0] == 0
    assert set(it.ended()[1]) == {kind}


def test_a_switch_to_another_protocol_is_a_wrong_status_and_the_engine_goes_on() -> None:
    switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"
    with bench(answering(switch)) as it:
        it.engine.open()
        it.run(failures(3))
    assert it.ended()[0] == 0
    assert set(it.ended()[1]) == {"bad_status"}
    assert set(it.tally[0].reasons) == {"bad_status: status 101, not 200"}


def test_interim_responses_are_not_answers() -> None:
    with bench(answering(*[b"HTTP/1.1 103 Early Hints\r\n\r\n" + ANSWER] * 20)) as it:
        user = it.engine.open()
        it.run(successes(19))
        it.engine.close(user)
    assert it.ended()[1] == {}
    assert it.connects == 1


def test_an_endless_header_is_given_up_at_the_limit() -> None:
    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
        while True:  # until the client has closed
            connection.sendall(b"a" * 65_536)

    with bench(serve) as it:
        it.engine.open()
        it.run(failures(1))
        received = it.locust.received
        it.engine.close_books()
    assert set(it.ended()[1]) == {"bad_body"}
    assert BESIDE_LIMIT < received <= 2 * BESIDE_LIMIT
    (reason,) = it.tally[0].reasons
    assert reason.startswith("bad_body: invalid HTTP: more than 128 KiB of headers")


def test_the_hundredth_answer_is_compared_like_the_first() -> None:
    wrong = ANSWER.replace(b"World", b"Worle")
    with bench(answering(*[ANSWER] * 99, wrong)) as it:
        user = it.engine.open()
        it.run(failures(1))
        it.engine.close(user)
    assert it.ended() == (99, {"bad_body": 1})


def test_a_reset_is_a_failure() -> None:
    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        reset(connection)

    with bench(serve) as it:
        it.engine.open()
        it.run(failures(3))
    assert set(it.ended()[1]) == {"reset"}


def test_a_close_of_an_idle_connection_is_no_failure() -> None:
    first_answered, may_close = threading.Event(), threading.Event()

    def serve(connection: socket.socket, number: int) -> None:
        answering(ANSWER)(connection, number)
        first_answered.set()
        assert may_close.wait(5)

    with bench(serve) as it:
        it.engine.open()
        it.engine.turn()  # sends the request
        it.engine.enter(1, held=True)  # after its answer, the gate is shut
        it.run(successes(1))
        may_close.set()
        it.run(lambda bench: bench.ended()[0] == 1 and bench.server_closes == 1)
        it.engine.go()
        it.run(successes(2))
    assert it.ended()[1] == {}
    assert it.connects >= 2


def test_a_close_after_an_answer_is_not_an_end_of_file() -> None:
    """The close may arrive before or after the next request, so a reset does not show which."""

    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        connection.sendall(ANSWER)

    with bench(serve) as it:
        it.engine.open()
        it.run(successes(100))
    assert set(it.ended()[1]) <= {"reset"}
    assert it.connects >= 100


GOODBYE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n"


class Unasked:
    """Answers. On the first connection it then sends more, once allowed, and closes or waits."""

    def __init__(self, words: bytes, *, waits: bool = False) -> None:
        self._words, self._waits = words, waits
        self.may_speak = threading.Event()

    def __call__(self, connection: socket.socket, number: int) -> None:
        answering(ANSWER)(connection, number)
        if number == 0:
            assert self.may_speak.wait(5)
            connection.sendall(self._words)
            if self._waits:
                connection.recv(1000)


def idle_after_one_answer(it: Bench, server: Unasked) -> Slot:
    """A user with an answer whose next request is held back. Then the server sends more."""
    user = it.engine.open()
    it.engine.turn()  # sends the request
    it.engine.enter(1, held=True)  # after its answer, the gate is shut
    it.run(successes(1))
    server.may_speak.set()
    return user


@pytest.mark.parametrize("waits", [False, True], ids=["and closes", "and waits"])
@pytest.mark.parametrize(
    "words",
    [
        GOODBYE + b"\r\n",
        GOODBYE + b"Connection: close\r\n\r\n",
        CLOSING.replace(b"200 OK", b"400 Bad Request"),
    ],
    ids=["408", "408 and close", "400 and close"],
)
def test_a_goodbye_on_an_idle_connection_is_not_a_failure(words: bytes, waits: bool) -> None:
    with bench(server := Unasked(words, waits=waits)) as it:
        idle_after_one_answer(it, server)
        it.run(lambda bench: bench.ended()[0] == 1 and bench.server_closes == 1)
        it.engine.go()
        it.run(successes(2))
    assert it.ended()[1] == {}


@pytest.mark.parametrize(
    "words",
    [b"", b"\r\n", GOODBYE[:30], b"idle for too long", ANSWER],
    ids=["nothing", "an empty line", "half a 408", "no HTTP", "a whole answer"],
)
def test_the_end_of_an_idle_connection_is_never_a_failure(words: bytes) -> None:
    with bench(server := Unasked(words)) as it:
        idle_after_one_answer(it, server)
        it.run(lambda bench: bench.ended()[0] == 1 and bench.server_closes == 1)
        it.engine.go()
        it.run(successes(2))
    assert it.ended()[1] == {}


@pytest.mark.parametrize("loop", ["closed", "open"])
@pytest.mark.parametrize(
    ("late", "kinds"),
    [
        (b"\r\n", {}),
        (b"\n\r\n\n", {}),
        (b"more", {"bad_status": 1}),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", {"bad_status": 1}),
        (ANSWER.replace(b"World", b"Venus"), {"bad_body": 1}),
    ],
    ids=["an empty line", "empty lines", "no HTTP", "another status", "another body"],
)
def test_bytes_between_two_answers_are_judged_alike_in_both_loops(
    loop: str, late: bytes, kinds: dict[str, int]
) -> None:
    may_speak = threading.Event()

    def serve(connection: socket.socket, number: int) -> None:
        answering(ANSWER)(connection, number)
        if number == 0:
            assert may_speak.wait(5)
            connection.sendall(late)
        answering(*[ANSWER] * 50)(connection, number)

    with bench(serve) as it:
        user = it.engine.open()
        if loop == "open":
            follow(it, 20)
        it.run(successes(1))
        may_speak.set()
        it.run(successes(10))
        it.engine.close(user)
    assert it.ended()[1] == kinds
    assert it.connects == 1 + len(kinds)


def test_a_remembered_answer_that_closes_is_a_goodbye_too() -> None:
    with bench(server := Unasked(CLOSING, waits=True)) as it:
        assert Answer(it.engine._first.judge).take(CLOSING) == CLOSES
        idle_after_one_answer(it, server)
        it.run(lambda bench: bench.ended()[0] == 1 and bench.server_closes == 1)
        it.engine.go()
        it.run(successes(2))
    assert it.ended()[1] == {}


def test_an_answer_before_its_request_is_a_failure() -> None:
    with bench(server := Unasked(ANSWER, waits=True)) as it:
        user = idle_after_one_answer(it, server)
        it.run(lambda _: bool(user.spoiled))
        it.engine.go()
        it.run(successes(2))
    assert it.ended()[1] == {"bad_body": 1}
    assert set(it.tally[1].reasons) == {"bad_body: a response that nobody asked for"}


def test_no_request_is_sent_while_the_gate_is_shut() -> None:
    with bench(answering(*[ANSWER] * 50)) as it:
        it.engine.enter(0, held=True)
        it.engine.open()
        for _ in range(5):
            it.engine.turn()
        assert it.ended() == (0, {})
        assert total(it.tally).unfinished == 0
        it.engine.go()
        it.run(successes(1))


@pytest.mark.parametrize("dribble", [False, True], ids=["silent", "dribbling"])
def test_the_timeout_covers_the_whole_exchange(dribble: bool) -> None:
    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        for byte in ANSWER[:30]:
            time.sleep(TIMEOUT_S / 10)
            try:
                connection.sendall(bytes([byte]) if dribble else b"")
            except OSError:
                return  # the client has given up

    with bench(serve) as it:
        it.engine.open()
        it.run(failures(1))
        it.engine.close_books()
    assert it.ended() == (0, {"timeout": 1})


def test_after_a_refused_connect_there_is_a_pause() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    it = Bench(url)
    it.engine.open()
    began = time.monotonic()
    it.run(failures(4))
    it.engine.shut()
    assert it.ended() == (0, {"connect_refused": 4})
    assert time.monotonic() - began >= 0.3  # three pauses of 0.1 s: a lower bound, never an upper
    assert it.connects == 0


def test_connect_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        # A client that finds the listen queue full waits for ever.
        queue = [socket.socket() for _ in range(3)]
        for waiting in queue:
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        it = Bench(f"http://127.0.0.1:{listener.getsockname()[1]}")
        it.engine.open()
        it.run(failures(1))
        it.engine.shut()
        for waiting in queue:
            waiting.close()
    assert set(it.ended()[1]) == {"connect_timeout"}


def test_users_that_hang_up_begin_the_next_step_with_new_connections() -> None:
    with bench(answering(*[ANSWER] * 100)) as it:
        for _ in range(3):
            it.engine.open()
        it.run(successes(10))
        it.engine.leave(Health())
        it.engine.close_books()
        it.run(lambda it: it.engine.busy == 0)
        assert it.connects == 3
        it.engine.hang_up()
        it.engine.enter(1, held=True)
        it.engine.go()
        it.run(lambda it: it.ended()[0] > 0 and it.tally.get(1, StepTally()).successes > 10)
        assert it.tally[1].connects == 3
        assert it.ended()[1] == {}


def test_a_connect_that_is_given_up_is_over_at_once_and_the_user_connects_again() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        queue = [socket.socket() for _ in range(3)]
        for waiting in queue:
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        it = Bench(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout_s=5)
        it.engine.open()
        it.run(lambda it: it.engine.busy == 1)
        it.engine.leave(Health())
        it.engine.close_books()
        it.engine.give_up_connecting()
        assert (it.engine.busy, it.ended()) == (0, (0, {}))
        it.engine.enter(1, held=True)
        it.engine.go()
        it.run(lambda it: it.engine.busy == 1)
        it.engine.shut()
        for waiting in queue:
            waiting.close()
    it.ended()
    assert (it.tally[0].unfinished, it.tally[1].began) == (1, 1)


def test_a_request_belongs_to_the_step_in_which_it_began() -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        asked.set()
        assert may_answer.wait(5)
        connection.sendall(ANSWER)
        connection.recv(1000)

    with bench(serve) as it:
        it.engine.open()
        it.run(lambda _: asked.is_set())
        it.engine.leave(Health())
        it.engine.enter(7, held=False)
        may_answer.set()
        it.run(successes(1))
        it.engine.enter(8, held=True)
    began_in, ended_in = it.tally[0], it.tally[7]
    assert (began_in.successes, began_in.completed) == (1, 0)
    assert (ended_in.successes, ended_in.completed) == (0, 1)


def test_requests_under_way_when_counting_stops_are_unfinished() -> None:
    asked = threading.Event()

    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        asked.set()
        connection.sendall(ANSWER)
        connection.recv(1000)

    with bench(serve) as it:
        it.engine.open()
        it.engine.turn()
        it.engine.close_books()
        it.run(lambda _: asked.is_set())
        for _ in range(3):
            it.engine.turn()
    assert it.ended() == (0, {})
    assert it.ledger.totals().unfinished == 1


def test_more_connections_than_select_could_watch() -> None:
    users = 1500
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        it = Bench(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout_s=20)
        accepted: list[socket.socket] = []

        def accept() -> None:
            for _ in range(users):
                connection, _address = listener.accept()
                accepted.append(connection)
                connection.recv(1000)
                connection.sendall(ANSWER)

        thread = threading.Thread(target=accept)
        thread.start()
        for _ in range(users):
            it.engine.open()
        it.run(successes(users), within_s=30)
        thread.join()
        it.engine.shut()
        for connection in accepted:
            connection.close()
    assert it.connects == users
    assert it.ended()[1] == {}


# --- what a step leaves behind -------------------------------------------------------------------


def silent(connection: socket.socket, _: int) -> None:
    """Take the request and never answer."""
    while connection.recv(1000):
        pass


def test_users_without_an_answer_and_their_waiting_times_are_known() -> None:
    with bench(silent) as it:
        it.engine.open()
        it.engine.open()  # in the listen queue
        it.run(lambda bench: bench.engine.busy == 2)
        it.engine.leave(Health(idle=0.5))
        it.ended()
        step = it.tally[0]
        assert (step.answered, step.pending.total(), step.health.idle) == (0, 2, 0.5)
        assert step.in_flight_us <= step.present_us
    assert it.ended()[1] == {}


def test_users_with_an_answer_are_counted_for_each_step() -> None:
    with bench(answering(ANSWER, ANSWER)) as it:
        lucky, _waiting = it.engine.open(), it.engine.open()
        it.run(successes(1))
        it.engine.leave(Health())
        it.engine.enter(1, held=True)
        it.engine.leave(Health())
        it.ended()
        assert (it.tally[0].answered, it.tally[1].answered) == (1, 0)
        it.engine.close(lucky)


def test_the_open_request_of_a_removed_user_counts_as_waiting() -> None:
    with bench(silent) as it:
        user = it.engine.open()
        it.run(lambda bench: bench.engine.busy == 1)
        it.engine.close(user)
        it.engine.close(user)  # twice is once
        it.ended()
        step = it.tally[0]
        assert (step.unfinished, step.waits.total(), it.engine.busy) == (1, 1, 0)


# --- open loop -----------------------------------------------------------------------------------


def follow(it: Bench, rate: float) -> None:
    it.engine.follow(Schedule.share(rate, 0, 1, time.perf_counter_ns()))


def test_requests_are_sent_on_schedule_and_not_after_answers() -> None:
    with bench(answering(*[ANSWER] * 50)) as it:
        it.engine.follow(Schedule(time.perf_counter_ns(), 1e9))  # the second is due in a second
        it.engine.open()
        it.run(successes(1))
        for _ in range(5):
            it.engine.turn()
        assert it.ended() == (1, {})
        assert it.engine.busy == 0


def test_latency_counts_from_when_a_request_was_due() -> None:
    """An answer takes 200 ms. Requests due during this time wait as well, before they are sent."""

    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        time.sleep(0.2)
        connection.sendall(ANSWER)
        answering(*[ANSWER] * 50)(connection, 0)

    with bench(serve) as it:
        it.engine.open()
        follow(it, 100)
        it.run(successes(25))
        it.engine.close_books()
        it.ended()
    latencies, service = sorted(it.tally[0].latencies.elements()), it.tally[0].service
    assert len(latencies) == service.total() == 25
    # Due 10, 20 ... 190 ms after the first, which took 200 ms. So half waited 100 ms or more.
    assert sum(latency_us >= 100_000 for latency_us in latencies) >= 10
    assert sum(service[us] for us in service if us >= 100_000) == 1
    assert max(it.tally[0].late.elements()) < 200_000  # the load generator was not late itself


def test_a_request_due_longer_than_the_timeout_fails_without_being_sent() -> None:
    with bench(silent) as it:
        it.engine.open()
        follow(it, 100)
        it.run(failures(10))
        it.engine.close_books()
        done, failed = it.ended()
        assert (done, set(failed)) == (0, {"timeout"})
        step = it.tally[0]
        assert step.began == step.waits.total() == step.ended + step.unfinished
        assert min(us for us in step.waits if step.waits[us]) >= 0


def test_due_requests_without_an_answer_are_unfinished_at_the_end() -> None:
    with bench(silent) as it:
        it.engine.open()
        follow(it, 1_000)
        began = time.monotonic()
        it.run(lambda _: time.monotonic() - began > 0.1)
        it.engine.leave(Health())
        it.engine.close_books()
        it.ended()
    step = it.tally[0]
    assert step.unfinished >= 99
    assert step.pending.total() >= 99
    assert max(step.pending) >= 99_000  # microseconds


def test_answers_after_closing_the_books_do_not_count() -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        asked.set()
        assert may_answer.wait(5)
        connection.sendall(ANSWER)
        answering(*[ANSWER] * 5)(connection, 0)

    with bench(serve) as it:
        it.engine.open()
        it.run(lambda _: asked.is_set())
        it.engine.leave(Health())
        it.engine.close_books()
        may_answer.set()
        it.run(lambda bench: not bench.engine.busy)
        it.engine.enter(1, held=False)
        follow(it, 1_000)
        it.run(successes(3))
    assert it.tally[0].unfinished == 1
    assert it.tally[0].successes == 0
    assert it.tally[1].successes >= 3


def test_each_worker_wakes_when_its_own_requests_are_due() -> None:
    """The second of two workers is exactly half an interval behind the first."""
    with bench(answering(*[ANSWER] * 50)) as it:
        it.engine.open()
        it.engine.follow(Schedule.share(50, 1, 2, time.perf_counter_ns()))  # every 40 ms
        waiting = select.poll()
        waiting.register(it.engine.fileno(), select.POLLIN)
        deadline = time.monotonic() + 5
        while it.ended()[0] < 5:  # no sweep and no other event: only the timer wakes the engine
            assert time.monotonic() < deadline
            waiting.poll(1000)
            it.engine.turn()
    late = sorted(it.tally[0].late.elements())
    assert late[len(late) // 2] < 10_000  # microseconds; half an interval would be 20,000


def test_closes_of_idle_connections_after_closing_the_books_do_not_count() -> None:
    answered, may_close, closed = threading.Event(), threading.Event(), threading.Event()

    def serve(connection: socket.socket, number: int) -> None:
        answering(ANSWER)(connection, number)
        answered.set()
        assert may_close.wait(5)
        connection.close()
        closed.set()

    with bench(serve) as it:
        it.engine.open()
        it.engine.turn()  # sends the request
        it.engine.enter(1, held=True)  # after its answer, the gate is shut
        it.run(successes(1))
        it.engine.close_books()
        may_close.set()
        assert closed.wait(5)
        before = it.ledger.totals()
        for _ in range(3):
            it.engine.turn()
        it.ended()
        assert it.ledger.totals() == before


def test_a_user_with_a_wrong_answer_was_answered() -> None:
    with bench(answering(*[ANSWER.replace(b"200 OK", b"500 NO")] * 3)) as it:
        it.engine.open()
        it.run(failures(1))
        it.engine.leave(Health())
        it.ended()
        assert it.tally[0].answered == 1
