"""Several servers get their requests in one random order."""

from itertools import chain

import pytest

from labload.engine.places import NEVER, Places, spread


@pytest.mark.parametrize("servers", [1, 2, 3])
def test_each_server_gets_as_many_requests_and_each_place_is_taken_once(servers: int) -> None:
    places = spread(servers, 200, 7)
    assert [len(its) for its in places] == [200] * servers
    assert sorted(chain(*places)) == list(range(200 * servers))
    assert all(its == sorted(its) for its in places)


def test_the_order_is_the_seeds() -> None:
    assert spread(3, 50, 1) == spread(3, 50, 1)
    assert spread(3, 50, 1) != spread(3, 50, 2)


def test_no_server_has_the_first_half_of_a_slice() -> None:
    first, second = spread(2, 1_000, 3)
    early = sum(place < 1_000 for place in first)
    assert 400 < early < 600
    assert early + sum(place < 1_000 for place in second) == 1_000


def test_requests_are_due_at_their_places_and_then_never() -> None:
    schedule = Places([0, 3, 4], 1_000, 10.5)
    assert schedule.left == 3
    assert [schedule.take() for _ in range(3)] == [1_000, 1_031, 1_042]
    assert schedule.left == 0
    assert schedule.due_ns == NEVER


def test_the_next_request_is_due_before_it_is_taken() -> None:
    schedule = Places([2, 5], 0, 100.0)
    assert schedule.due_ns == 200
    schedule.take()
    assert schedule.due_ns == 500


def test_a_server_without_a_place_is_never_asked() -> None:
    assert Places([], 1_000, 10.0).due_ns == NEVER
