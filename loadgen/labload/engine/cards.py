"""The requests of a target in their order, each with the judge of its answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from labload.engine.answer import Judge
from labload.engine.heads import HeadJudge, Heads
from labload.engine.target import Target
from labwire.exchange import JudgedBy, RightAnswer


@dataclass(frozen=True, slots=True)
class Card:
    """The bytes of a request, and the judge of its answer."""

    request: bytes
    judge: Judge


def dealt(target: Target) -> Sequence[Card]:
    """What is sent to this target, in this order, again and again."""
    expected = target.expectation
    if expected.mix is None:
        return (Card(target.request, _of_one(expected.right)),)
    heads: dict[object, Heads] = {}
    cards = []
    for exchange in expected.exchanges:
        right = exchange.right
        shared = heads.setdefault((right.status, right.also, right.content_type), Heads())
        judge = HeadJudge(right, exchange.kind, shared)
        cards.append(Card(exchange.request.encoded(target.host), judge))
    return cards


def _of_one(right: RightAnswer) -> Judge:
    """The judge where every request is the same. Unless they are known, bodies may differ."""
    return Judge(right) if right.judged_by is JudgedBy.BYTES else HeadJudge(right, "", {})
