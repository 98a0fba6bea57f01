"""Answers of a mix are judged as if each were parsed anew."""

from hypothesis import given
from hypothesis import strategies as st

from labload.engine.answer import BEGINS, CLOSES, STAYS_OPEN, Answer, Judge, Right
from labload.engine.heads import HEAD_LIMIT, HEADS_AT_MOST, KEPT_LIMIT, Head, HeadJudge, Heads
from labwire.exchange import JudgedBy, RightAnswer
from labwire.failure import OF_BYTES, FailureKind
from tests.unit.loadgen.engine.test_answer import cuts, mutated, pieces, responses

RIGHTS = [
    RightAnswer(status=200, content_type=b"text/plain", body=b"Hello World"),
    RightAnswer(
        status=200, content_type=b"text/plain", body=rb"Hello.*", judged_by=JudgedBy.PATTERN
    ),
    RightAnswer(
        status=500, content_type=b"text/plain", body=b"", judged_by=JudgedBy.STATUS, also=(204,)
    ),
    RightAnswer(status=200, content_type=b"", body=b"", judged_by=JudgedBy.STATUS),
]


def verdict(judge: Judge, parts: list[bytes]) -> Right | FailureKind | None:
    """The verdict on a response in these pieces, followed by the end of the connection."""
    answer = Answer(judge)
    for part in [*parts, b""]:
        judgement = answer.take(part)
        if judgement is not None:
            return judgement
    return None


def judges() -> list[HeadJudge]:
    """As `cards.dealt` makes them: those with the same status and content type share headers."""
    heads: dict[object, Heads] = {}
    return [
        HeadJudge(one, "", heads.setdefault((one.status, one.also, one.content_type), {}))
        for one in RIGHTS
    ]


@given(
    st.lists(
        st.tuples(st.one_of(responses(), mutated), cuts, st.integers(0, len(RIGHTS) - 1)),
        min_size=1,
        max_size=12,
    )
)
def test_known_headers_change_no_verdict(load: list[tuple[bytes, list[int], int]]) -> None:
    known = judges()
    for data, at, which in load * 2:
        parts = pieces(data, at)
        assert verdict(known[which], parts) == verdict(Judge(RIGHTS[which]), parts)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\n"


def test_every_byte_after_known_headers_is_judged() -> None:
    judge, *_ = judges()
    right = HEAD + b"Hello World"
    assert verdict(judge, [right]) is STAYS_OPEN
    assert judge.recognised(right) is STAYS_OPEN
    for at in range(len(right)):
        wrong = right[:at] + bytes([right[at] ^ 1]) + right[at + 1 :]
        assert verdict(judge, [wrong]) == verdict(Judge(RIGHTS[0]), [wrong])
    assert verdict(judge, [right + b"x"]) is FailureKind.BAD_BODY
    assert verdict(judge, [right[:-1]]) is FailureKind.EOF


def test_headers_of_one_right_answer_say_nothing_of_another() -> None:
    """A status that is right for one request is wrong for the next."""
    ok, _, error, _ = judges()
    assert verdict(ok, [HEAD + b"Hello World"]) is STAYS_OPEN
    assert verdict(error, [HEAD + b"Hello World"]) is FailureKind.BAD_STATUS


def test_a_connection_that_closes_is_known_to_close() -> None:
    judge, *_ = judges()
    closing = HEAD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"Hello World"
    assert [verdict(judge, [closing]), verdict(judge, [closing])] == [CLOSES, CLOSES]


def test_a_body_in_chunks_is_parsed_each_time() -> None:
    _, judge, *_ = judges()
    chunked = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nHello\r\n0\r\n\r\n"
    )
    assert verdict(judge, [chunked]) is STAYS_OPEN
    assert judge.recognised(chunked) is None


def test_known_headers_are_bounded_and_the_latest_stay() -> None:
    heads: Heads = {}
    judge = HeadJudge(RIGHTS[0], "", heads)
    for second in range(HEADS_AT_MOST + 100):
        answer = HEAD.replace(b"OK\r\n", b"OK\r\nDate: %d\r\n" % second) + b"Hello World"
        assert verdict(judge, [answer]) is STAYS_OPEN
        assert judge.recognised(answer) is STAYS_OPEN
    assert len(heads) <= HEADS_AT_MOST


def test_long_headers_are_parsed_each_time() -> None:
    heads: Heads = {}
    judge = HeadJudge(RIGHTS[0], "", heads)
    long = HEAD.replace(b"OK\r\n", b"OK\r\nSet-Cookie: %s\r\n" % (b"x" * HEAD_LIMIT))
    for _ in range(2):
        assert verdict(judge, [long + b"Hello World"]) is STAYS_OPEN
    assert heads == {}


def test_known_headers_without_their_end_are_no_answer() -> None:
    """With an empty body, the empty line alone says that the answer is complete."""
    *_, judge = judges()
    empty = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    assert verdict(judge, [empty]) is STAYS_OPEN
    for end in range(1, len(empty)):
        assert judge.recognised(empty[:end]) is None
    assert judge.recognised(empty) is STAYS_OPEN
    assert verdict(judge, [empty[:-4]]) is FailureKind.EOF


def test_a_body_that_was_right_says_nothing_of_another_request_or_length() -> None:
    heads: Heads = {}
    one, other = (
        HeadJudge(RightAnswer(status=200, content_type=b"", body=body), "", heads)
        for body in (b"Hello World", b"Hello Earth")
    )
    assert verdict(one, [HEAD + b"Hello World"]) is STAYS_OPEN
    assert verdict(one, [HEAD + b"Hello World"]) is STAYS_OPEN  # now from the headers
    assert verdict(other, [HEAD + b"Hello World"]) is FailureKind.BAD_BODY
    longer = HEAD.replace(b"11", b"12")
    heads[longer[:-4]] = Head(12, STAYS_OPEN)
    assert one.recognised(longer + b"Hello World") is BEGINS
    assert one.recognised(longer + b"Hello World!") is None


def test_a_body_is_judged_again_only_if_its_bytes_changed() -> None:
    pattern = RightAnswer(
        status=200, content_type=b"", body=b"Hello .*|x*", judged_by=JudgedBy.PATTERN
    )
    judge, judged = HeadJudge(pattern, "", {}), []
    wrong = judge._wrong

    def noted(body: bytes) -> str | None:
        judged.append(body)
        return wrong(body)

    judge._wrong = noted
    long = b"x" * (KEPT_LIMIT + 1)
    # The first answer with its headers is parsed; the second one is kept, if it is not too long.
    for body, times in ((b"Hello World", 2), (b"Hello Earth", 1), (long, 4)):
        judged.clear()
        for _ in range(4):
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
            assert verdict(judge, [answer]) is STAYS_OPEN
        assert judged == [body] * times


def test_a_failure_says_which_request_it_was() -> None:
    judge = HeadJudge(RIGHTS[0], "GET /rows/${id}", {})
    answer = Answer(judge)
    assert answer.take(HEAD + b"Hello Earth") in OF_BYTES
    assert answer.reason.startswith("GET /rows/${id}: body of 11 bytes is not")
    assert not judge.known
