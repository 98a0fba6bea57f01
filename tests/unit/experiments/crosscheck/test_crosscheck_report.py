"""The cross-check's page and JSON are made from its record alone."""

import json
import re
from dataclasses import replace

import msgspec
import pytest

from orchestrator.errors import UsageError
from orchestrator.experiments.crosscheck.document import caveats, crosscheck_files, read
from orchestrator.experiments.crosscheck.record import (
    CROSSCHECK_SCHEMA,
    OLDEST_SCHEMA,
    CrossCheck,
    Seen,
)
from orchestrator.experiments.crosscheck.tables import counts, rates
from tests.unit.experiments.crosscheck.crosschecks import (
    counted,
    crosscheck_record,
    crosscheck_settings,
    pair,
    service_check,
    wrk,
)


def test_a_row_has_rates_ratio_and_interval() -> None:
    ratios = (0.96, 0.97, 0.98, 0.99, 1.0, 1.02)
    check = service_check(pairs=tuple(pair(1000 * ratio) for ratio in ratios), seconds=5.4)
    rest = ("yes", "985", "1,000", "50%", "0", "0")
    assert rates(crosscheck_record(services=(check,))).shown == (
        ("Flask", "0.985", "0.960 to 1.020", *rest, "6", "5"),
    )
    old = crosscheck_record(services=(check,), schema=OLDEST_SCHEMA)
    assert rates(old).shown == (("Flask", "0.985", "0.960 to 1.020", *rest),)


def test_a_row_has_the_counts_of_both_ends() -> None:
    assert counts(crosscheck_record()).shown == (
        ("Flask", "3,000 + 64", "3,064", "exactly", "3,000 + 64", "3,063", "yes", "0", "0"),
    )


def test_a_count_that_differs_is_a_no() -> None:
    check = service_check(counted=counted(lab_seen=Seen(requests=2999, segments=3010)))
    (row,) = counts(crosscheck_record(services=(check,))).shown
    assert row[1:4] == ("3,000 + 64", "2,999", "no")
    assert row[7] == "11"


def test_what_was_not_measured_is_a_dash() -> None:
    check = service_check(counted=None, pairs=(), reason="start: the engine refused | it")
    record = crosscheck_record(services=(check,))
    assert set(rates(record).shown[0][1:-2]) == {"-"}
    assert set(counts(record).shown[0][1:]) == {"-"}
    assert "Flask: start: the engine refused \\| it (after 0 pairs)" in caveats(record)


def test_pairs_in_which_wrk_has_no_rate_are_counted_in_a_caveat() -> None:
    unknown = replace(pair(), wrk=wrk(setup_s=None))
    record = crosscheck_record(services=(service_check(pairs=(pair(), unknown)),))
    assert any(
        text.startswith("Flask: in 1 of 2 pairs wrk has no rate") for text in caveats(record)
    )
    assert "wrk has no rate" not in " ".join(caveats(crosscheck_record()))


def test_the_json_has_every_slice_and_the_rows_made_from_them() -> None:
    document = json.loads(crosscheck_files(crosscheck_record())["crosscheck.json"])
    assert document["schema"] == CROSSCHECK_SCHEMA
    assert [pair["first"] for pair in document["services"][0]["pairs"]] == ["wrk", "lab"]
    (row,) = document["rows"]
    assert row["ratio"] == {"median": 1.0, "low": None, "high": None}
    assert row["lab_counts"]["seen"] == 3064
    assert (row["within_5_percent"], row["counts_agree"]) == ("yes", True)
    assert (row["pairs"], row["seconds"], row["alike"]) == (2, 1.9, None)


def test_a_record_of_schema_1_stays_what_it_was() -> None:
    """It gets no field and no column that its version did not have."""
    settings = crosscheck_settings(seconds=3)
    old = crosscheck_record(schema=OLDEST_SCHEMA, settings=settings)
    files = crosscheck_files(old)
    document = json.loads(files["crosscheck.json"])
    assert document["settings"].keys().isdisjoint({"within", "budget_s"})
    assert b'"seconds": 3,' in files["crosscheck.json"]
    assert "seconds" not in document["services"][0]
    assert document["rows"][0].keys().isdisjoint({"pairs", "seconds", "alike"})
    again = crosscheck_files(read(files["crosscheck.json"], "x"))
    assert again == files


def test_the_set_is_in_the_record_unless_services_were_named() -> None:
    """So the files of records that are older than the field stay what they were."""
    of_a_set = crosscheck_files(crosscheck_record(settings=crosscheck_settings(set_name="base")))
    assert read(of_a_set["crosscheck.json"], "x").settings.set_name == "base"
    named = crosscheck_files(crosscheck_record())
    assert "set_name" not in json.loads(named["crosscheck.json"])["settings"]


def test_a_chosen_python_is_in_the_record_and_on_the_page() -> None:
    files = crosscheck_files(crosscheck_record(settings=crosscheck_settings(python="3.12")))
    assert read(files["crosscheck.json"], "x").settings.python == "3.12"
    assert "- Python 3.12 for all services\n" in files["crosscheck.md"].decode()
    usual = crosscheck_files(crosscheck_record())
    assert "python" not in json.loads(usual["crosscheck.json"])["settings"]
    assert "for all services" not in usual["crosscheck.md"].decode()


@pytest.mark.parametrize("schema", [0, CROSSCHECK_SCHEMA + 1])
def test_a_cross_check_of_an_unknown_schema_is_refused(schema: int) -> None:
    text = crosscheck_files(crosscheck_record(schema=schema))["crosscheck.json"]
    with pytest.raises(UsageError, match=f"x: cross-check of schema {schema}; .* reads 1 to 2"):
        read(text, "x")


def test_the_page_has_tables_host_and_doubts() -> None:
    page = crosscheck_files(crosscheck_record())["crosscheck.md"].decode()
    assert page.startswith("# Cross-check crosscheck-2026-03-02-abcdef\n")
    assert (
        "2 pairs of slices of 0.4 s,\n64 connections, workload json,\nthe lab's client: engine."
        in page
    )
    assert "| Flask | 1.000 | - | yes | 1,000 | 1,000 | 50% | 0 | 0 | 2 | 2 |" in page
    assert "- nftables 1.1.3-1, wrk 4.1.0-4+b1" in page
    assert "server on CPU 1, load on CPU 0, network: loopback" in page
    assert "- Fewer than six pairs give no 95 % interval: use --pairs 10." in page
    assert page.endswith("\n")


def test_the_page_says_how_long_pairs_went_on() -> None:
    limits = crosscheck_settings(pairs=None, within=0.03, budget_s=120.0)
    page = crosscheck_files(crosscheck_record(settings=limits))["crosscheck.md"].decode()
    assert (
        "For each service: until the interval is within 3 %, but at most 120 s, pairs of slices of "
        "0.4 s,\n64 connections" in page
    )


def test_an_unfinished_or_interrupted_check_says_so() -> None:
    running = crosscheck_record(finished_at=None)
    page = crosscheck_files(running)["crosscheck.md"].decode()
    assert "02T12:00:00Z, not finished." in page
    ended = crosscheck_record(interrupted=True)
    assert "12:00:00Z, interrupted." in crosscheck_files(ended)["crosscheck.md"].decode()


def test_doubts_about_the_host_are_on_the_page() -> None:
    record = crosscheck_record()
    disturbed = replace(
        record,
        host=replace(record.host, steal=0.2),
        layout=replace(record.layout, shared=True),
        neighbours=("other",),
        services=(service_check(base="bootstrapped: x"), service_check("sanic", base="official")),
    )
    said = " ".join(caveats(disturbed))
    assert "Server and clients shared one CPU" in said
    assert "A hypervisor took 20.0% of the CPU time." in said
    assert "Other containers ran on this engine at the same time: other." in said
    assert "Flask: the base image is not the official one: bootstrapped: x." in said


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("service", "../x"),
        ("name", "Fl\x1bask"),
        ("name", "F" * 300_000),
    ],
)
def test_the_names_in_a_cross_check_are_checked_on_reading(place: str, text: str) -> None:
    document = json.loads(crosscheck_files(crosscheck_record())["crosscheck.json"])
    document["services"][0][place] = text
    with pytest.raises(msgspec.ValidationError, match=rf"services\[0\]\.{place}"):
        msgspec.convert(document, CrossCheck)


def test_the_files_of_a_cross_check_have_no_control_characters() -> None:
    record = crosscheck_record()
    check = replace(record.services[0], reason="\x1b[2Jr\x07", log_tail="a\n\x1b[2Jb\x00")
    files = crosscheck_files(replace(record, tools=("wrk\x85",), services=(check,)))
    obeyed = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
    assert [name for name, text in files.items() if obeyed.search(text.decode())] == []
    (saved,) = json.loads(files["crosscheck.json"])["services"]
    assert (saved["reason"], saved["log_tail"]) == ("r\ufffd", "a\nb\ufffd")
