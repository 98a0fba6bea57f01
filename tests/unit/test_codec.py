"""The record survives its file."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from orchestrator.bench import measure
from orchestrator.bench.steps import steps
from orchestrator.codec import MIGRATIONS, decode, encode, migrated
from orchestrator.errors import UsageError
from orchestrator.model.record import SCHEMA, Endpoint, RunRecord
from orchestrator.model.trial import Caveat, LocustTotals, Outcome, Phase, Resources, TrialRecord
from tests.unit.examples import (
    load_result,
    observed,
    open_loop_row,
    package,
    run_record,
    server,
    totals,
    trial_record,
)


def full_trial() -> TrialRecord:
    """Every field has a value that is not its default."""
    result = load_result()
    return trial_record(
        outcome=Outcome.FAILED,
        server=server(
            image_id="sha256:1",
            base="official",
            python="3.13",
            versions={"flask": "3.1"},
            package=package(),
        ),
        phase=Phase.LOAD,
        reason="ended — ü",
        log_tail="one\ntwo",
        started_at="2026-03-02T12:00:00Z",
        wall_s=12.5,
        nofile=20_000,
        workers=1,
        totals=totals(),
        hold=totals(p999_ms=None),
        hold_users=64,
        steps=steps(result, observed()),
        breaking_users=128,
        failures_by_kind={"eof": 1},
        failure_reasons={"eof: the connection ended inside the response": 1},
        unfinished=1,
        connects=2,
        server_closes=3,
        ramp_ended="drops",
        load_versions={"locust": "2.47.0"},
        limited_by="server-cpu",
        limited_by_evidence={"server_cpu": 1.0},
        resources=Resources(
            cpu_us_per_request=1.5,
            memory_idle_bytes=1,
            memory_peak_bytes=2,
            image_bytes=3,
            start_s=0.5,
            stop_s=None,
            throttled_s=0.0,
            oom_killed=True,
            restarts=1,
        ),
        histogram=measure.hold_histogram(result),
        open_loop=(open_loop_row(), open_loop_row(1_000.0, of_capacity=0.5)),
        locust=LocustTotals(requests=1, failures=0, rps=0.5, median_ms=1.0),
        raw=("raw/001-flask-json-1/server.log",),
        caveats=(Caveat(code="a", text="b", remedy="c"),),
    )


def full_record() -> RunRecord:
    return run_record(
        finished_at="2026-03-02T13:00:00Z",
        contract={"json": Endpoint(path="/json", content_type="application/json", body_bytes=7)},
        interrupted=True,
        setup_s=1.5,
        wall_s=2.5,
        trials=(full_trial(), trial_record(repeat=2, outcome=Outcome.SKIPPED)),
        caveats=(Caveat(code="nofile", text="b", remedy="c"),),
    )


def test_the_example_fills_every_field() -> None:
    trial, blank = full_trial(), trial_record()
    optional = {field.name for field in fields(trial)} - {
        "service", "workload", "repeat", "order", "outcome", "server",
    }  # fmt: skip
    assert [name for name in optional if getattr(trial, name) == getattr(blank, name)] == []


def test_a_record_comes_back_from_its_file() -> None:
    assert decode(encode(full_record()), "run.json") == full_record()


def test_the_same_record_gives_the_same_bytes() -> None:
    text = encode(full_record())
    assert text == encode(full_record()) == encode(decode(text, "run.json"))


def test_the_file_is_readable_json_with_null_for_what_is_missing() -> None:
    text = encode(full_record()).decode()
    document = json.loads(text)
    assert text.startswith('{\n  "schema": 2,\n  "run_id": "2026-03-02-abcdef",\n')
    assert text.endswith("}\n")
    assert document["trials"][0]["phase"] == "load"
    assert document["trials"][0]["resources"]["stop_s"] is None
    assert document["trials"][1]["totals"] is None


def changed(**members: Any) -> bytes:
    return json.dumps({**json.loads(encode(full_record())), **members}).encode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            changed(schema=3),
            "some/run.json: record of schema 3; this version of the lab reads 1 and 2; "
            "update the lab to read it",
        ),
        (changed(schema=0), "some/run.json: record of schema 0; this version of the lab reads 1"),
        (changed(schema=True), "some/run.json: record of schema True; this version of the lab re"),
        (b"{}", "some/run.json: record of schema None; this version of the lab reads 1 and 2"),
        (b"<html>", "some/run.json: not a run record: JSON is malformed"),
        (b"", "some/run.json: not a run record: Input data was truncated"),
        (b"[1]", "some/run.json: not a run record: Expected `object`, got `array`"),
        (changed(seed="x"), "some/run.json: not a run record: Expected `int`, got `str` - at `$.s"),
        (b'{"schema": 1}', "some/run.json: not a run record: Object missing required field"),
    ],
)
def test_what_is_no_record_is_refused_by_the_name_of_its_file(text: bytes, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        decode(text, "some/run.json")
    assert str(refused.value).startswith(said)


def test_a_member_of_a_later_version_does_no_harm() -> None:
    assert decode(changed(humidity=0.4), "run.json") == full_record()


def without(document: Any, *names: str) -> Any:
    if isinstance(document, dict):
        return {k: without(v, *names) for k, v in document.items() if k not in names}
    return [without(v, *names) for v in document] if isinstance(document, list) else document


def test_a_record_from_before_the_open_loop_and_the_choice_of_a_client_is_read() -> None:
    old = without(
        json.loads(encode(full_record())),
        *("client", "open_loop", "rate", "open_s", "open_shares", "open_rate"),
        *("all_median_ms", "all_p99_ms", "pending", "answered_users", "in_flight"),
        *("connect_ms", "loadgen_idle", "listen_overflows"),
        *("contract", "raw", "package"),
    )
    old["schema"] = 1
    record = decode(json.dumps(old).encode(), "run.json")
    assert (record.settings.client, record.settings.open_loop) == ("engine", None)
    assert record.profile.open_s == 0
    assert record.trials[0].open_loop == ()
    assert record.trials[0].steps[0].loadgen_idle is None


def test_every_older_schema_can_be_read() -> None:
    assert sorted(MIGRATIONS) == list(range(1, SCHEMA))
    assert all(make({"schema": old})["schema"] == old + 1 for old, make in MIGRATIONS.items())


def test_a_migration_leaves_the_document_that_it_was_given_as_it_was() -> None:
    old = {"schema": 1, "run_id": "a"}
    assert migrated(old, "run.json") == {"schema": 2, "run_id": "a", "contract": {}}
    assert old == {"schema": 1, "run_id": "a"}


def test_a_record_of_schema_1_is_one_of_schema_2_without_what_nobody_had_kept() -> None:
    path = Path(__file__).parents[2] / "results" / "2026-11-23-9dcca8" / "run.json"
    text = path.read_bytes()
    assert json.loads(text)["schema"] == 1
    record = decode(text, str(path))
    assert json.loads(encode(record))["schema"] == record.schema == 2
    assert record.contract == {}
    assert {(trial.raw, trial.server.package) for trial in record.trials} == {((), None)}
    assert len(record.trials) == len(json.loads(text)["trials"]) == 18
    assert decode(encode(record), "run.json") == record
