"""Both sides of a comparison as values, and the files made from them."""

import json
from dataclasses import replace
from math import exp, log
from statistics import fmean

import pytest

from orchestrator.experiments.ab import AB
from orchestrator.experiments.ab.answer import found
from orchestrator.experiments.ab.comparables import comparables
from orchestrator.experiments.experiment import Surroundings
from orchestrator.model.published import Published, Source
from orchestrator.report.templating import Links
from tests.unit.experiments.ab.examples import (
    ab_record,
    ab_settings,
    by_instructions,
    exact_launches,
    failed,
)

SOURCE = Source(title="none", url="https://example.org", date="2019-01-01")
AROUND = Surroundings(
    published=Published(source=SOURCE, tables=(), perks=(), claims=()), findings=(), links=Links()
)


def ratio(record_values: tuple[tuple[float, ...], tuple[float, ...]]) -> float:
    base, head = record_values
    return exp(fmean(map(log, head)) - fmean(map(log, base)))


def test_each_launch_is_a_value_in_microseconds() -> None:
    record = ab_record(launches=exact_launches(12))
    base, head = comparables(record)
    (of_base,), (of_head,) = base.rows, head.rows
    assert len(of_base.values) == len(of_head.values) == 12
    assert of_base.quantity.unit == "µs"
    known = found(record)
    assert known is not None
    assert ratio((of_base.values, of_head.values)) == pytest.approx(known.cost.ratio)


def test_each_hash_seed_is_a_value_if_instructions_decide() -> None:
    record = by_instructions()
    base, head = comparables(record)
    (of_base,), (of_head,) = base.rows, head.rows
    assert of_base.quantity.name == "instructions"
    assert of_head.values == tuple(one.head for one in record.counts)
    known = found(record)
    assert known is not None
    assert ratio((of_base.values, of_head.values)) == pytest.approx(known.cost.ratio)


def test_two_services_have_one_name_and_say_what_they_were() -> None:
    settings = ab_settings(head="service:bottle")
    base, head = comparables(ab_record(settings=settings))
    assert (base.rows[0].service, head.rows[0].service) == ("flask", "flask")
    assert head.rows[0].made_of["side"] == "service:bottle"
    assert head.rows[0].made_of["python"] == "3.13.5"


def test_a_report_has_files_for_other_tools() -> None:
    files = AB.shown.files(ab_record(), AROUND)
    assert {"pyperf-base.json", "pyperf-head.json", "bencher.json"} < set(files)
    assert json.loads(files["github-action-benchmark.json"])[0]["name"] == "flask/json/cpu-time"


def test_what_failed_has_none_even_if_something_was_measured() -> None:
    record = failed()
    assert list(AB.shown.files(record, AROUND)) == ["ab.html"]
    for one in (record, replace(record, launches=ab_record().launches)):
        (base,), (head,) = (side.rows for side in comparables(one))
        assert (base.values, head.values) == ((), ())
        assert head.note == "pip found no flask==9.9.9"
        assert base.made_of == {"side": "flask==3.0.3"}


def test_what_was_interrupted_at_once_says_that_there_is_nothing() -> None:
    record = ab_record(launches=(), interrupted=True)
    assert comparables(record)[0].rows[0].note == "nothing was measured"
