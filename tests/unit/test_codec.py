"""Saving and loading a record keeps all its values."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator import words
from orchestrator.codec import MIGRATIONS, MOST_BYTES, decode, encode, migrated
from orchestrator.errors import UsageError
from orchestrator.experiments.load import measure
from orchestrator.experiments.load.steps import steps
from orchestrator.model.record import SCHEMA, Endpoint, RunRecord
from orchestrator.model.trial import (
    Caveat,
    Companion,
    LocustTotals,
    Outcome,
    Resources,
    TrialPhase,
    TrialRecord,
)
from tests.unit.examples import (
    load_result,
    observed,
    open_loop_row,
    package,
    planned,
    run_record,
    server,
    totals,
    trial_record,
)


def full_trial() -> TrialRecord:
    """A record in which every field has another value than its default."""
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
        phase=TrialPhase.LOAD,
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
        companions=(Companion(name="mate", cpu=0.25, start_s=1.5),),
        measurements={"other": {"number": 1.5, "word": "w", "unknown": None}},
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


def test_a_saved_record_can_be_loaded() -> None:
    assert decode(encode(full_record()), "run.json") == full_record()


def test_the_same_record_gives_the_same_bytes() -> None:
    text = encode(full_record())
    assert text == encode(full_record()) == encode(decode(text, "run.json"))


def test_the_file_is_readable_json_with_null_for_missing_values() -> None:
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
def test_an_invalid_record_is_refused_with_the_name_of_its_file(text: bytes, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        decode(text, "some/run.json")
    assert str(refused.value).startswith(said)


HOSTILE = ("../../../OUT/x", "a/b", "", "Flask", "x\n", "a\x00", "<script>", "y" * 300_000)


def put(value: Any, *path: Any) -> bytes:
    """The whole record as JSON, with one changed value."""
    document = json.loads(encode(full_record()))
    inside = document
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    ("place", "where"),
    [
        (("run_id",), "$.run_id"),
        (("trials", 0, "service"), "$.trials[0].service"),
        (("trials", 0, "workload"), "$.trials[0].workload"),
        (("settings", "services", 0), "$.settings.services[0]"),
        (("settings", "workloads", 0), "$.settings.workloads[0]"),
        (("settings", "profile"), "$.settings.profile"),
        (("profile", "name"), "$.profile.name"),
        (("trials", 0, "raw", 0), "$.trials[0].raw[0]"),
    ],
)
def test_invalid_names_of_files_are_refused(name: str, place: tuple[Any, ...], where: str) -> None:
    with pytest.raises(UsageError) as refused:
        decode(put(name, *place), "f")
    assert str(refused.value).startswith("f: not a run record: Expected ")
    assert str(refused.value).endswith(f"at `{where}`")
    assert len(str(refused.value)) < 200


def test_a_workload_of_the_contract_must_be_a_valid_name() -> None:
    document = json.loads(encode(full_record()))
    document["contract"]["../x"] = document["contract"]["json"]
    with pytest.raises(UsageError, match="Expected a name of a-z"):
        decode(json.dumps(document).encode(), "f")


@pytest.mark.parametrize(
    "name", ["", "Fl\x1bask", "Fl\nask", "\u202eksalF", "F\uffff", "F" * 300_000]
)
def test_a_frameworks_display_name_must_be_one_short_line(name: str) -> None:
    with pytest.raises(UsageError, match=r"trials\[0\]\.server\.name"):
        decode(put(name, "trials", 0, "server", "name"), "f")


def test_a_run_without_services_or_workloads_is_refused() -> None:
    for place in ("services", "workloads"):
        with pytest.raises(UsageError, match=f"settings.{place}"):
            decode(put([], "settings", place), "f")


def test_text_from_containers_and_hosts_is_made_printable_and_short() -> None:
    text = put("\x1b[31ma\r\nb\x07\t" + "x" * 200_000, "trials", 0, "log_tail")
    tail = decode(text, "f").trials[0].log_tail
    assert tail is not None
    assert len(tail) == words.LOG_LENGTH
    assert tail.endswith("x")
    assert decode(put("a\nb\x1b", "trials", 0, "log_tail"), "f").trials[0].log_tail == "a\nb\ufffd"
    assert decode(put("a\nb\x1b", "trials", 0, "reason"), "f").trials[0].reason == "a b\ufffd"
    assert (
        decode(put("CPU\x00" * 9_000, "host", "cpu_model"), "f").host.cpu_model
        == ("CPU\ufffd" * 1_000)[:-1] + "…"
    )
    versions = decode(put({"fl\x1bask": "3\n1"}, "trials", 0, "server", "versions"), "f")
    assert versions.trials[0].server.versions == {"fl\ufffdask": "3 1"}


def test_a_record_with_any_text_from_a_container_can_be_read_again() -> None:
    trial = full_trial()
    noisy = replace(
        trial,
        reason="\x1b[1m" + "r\n" * 100_000,
        log_tail="\udcff\x00\uffff" * 100_000,
        server=replace(trial.server, versions={"a\x07": "1\n"}, base="\x9b"),
    )
    record = replace(full_record(), trials=(noisy,), command="lab run 'a\nb'")
    text = encode(record)
    assert encode(decode(text, "f")) == text
    assert words.printable(text.decode()) == text.decode()


@pytest.mark.parametrize(
    "number", ["1e19999", "1e20", "-1e300", "1" + "0" * 30, "1" + "0" * 400, "9" * 5_000, "NaN"]
)
def test_infinite_and_huge_numbers_are_refused(number: str) -> None:
    text = put("NUMBER", "trials", 0, "hold", "rps").replace(b'"NUMBER"', number.encode())
    with pytest.raises(UsageError, match=r"^f: not a run record: "):
        decode(text, "f")


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b'{"schema": 2, "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"schema": 2, "deep": ' + b'{"a": ' * 990 + b"1" + b"}" * 991,
        b'{"schema": 2, "run_id": "\xff"}',
        b'{"schema": 2, "run_id": "\\ud800"}',
        b"\x00\x01\x02",
        b" " * (MOST_BYTES + 1),
    ],
    ids=["list", "deep", "deeper than its walk", "no UTF-8", "half a character", "binary", "long"],
)
def test_any_invalid_file_is_refused_with_a_message(text: bytes) -> None:
    with pytest.raises(UsageError, match=r"^f: not a run record: ") as refused:
        decode(text, "f")
    assert len(str(refused.value)) < 300


def test_a_trial_with_more_steps_than_a_chart_can_show_is_refused() -> None:
    step = json.loads(encode(full_record()))["trials"][0]["steps"][0]
    with pytest.raises(UsageError, match=r"length <= 1000.*steps"):
        decode(put([step] * 1_001, "trials", 0, "steps"), "f")


def test_an_unknown_field_of_a_later_version_is_ignored() -> None:
    assert decode(changed(humidity=0.4), "run.json") == full_record()


def without(document: Any, *names: str) -> Any:
    if isinstance(document, dict):
        return {k: without(v, *names) for k, v in document.items() if k not in names}
    return [without(v, *names) for v in document] if isinstance(document, list) else document


def test_a_limit_of_another_version_is_kept() -> None:
    record = decode(put("moonlight", "trials", 0, "limited_by"), "f")
    assert record.trials[0].limited_by == "moonlight"
    assert json.loads(encode(record))["trials"][0]["limited_by"] == "moonlight"


def test_a_record_without_open_loop_and_client_can_be_read() -> None:
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


@pytest.mark.parametrize(("profile", "by_cost"), [("nanode", True), ("standard", False)])
def test_a_profile_without_by_cost_gets_it_from_its_name(profile: str, by_cost: bool) -> None:
    record = run_record(planned(profile=profile))
    old = without(json.loads(encode(record)), "by_cost")
    assert decode(json.dumps(old).encode(), "run.json") == record
    assert record.profile.by_cost is by_cost


def test_a_profiles_own_by_cost_counts_and_not_its_name() -> None:
    record = run_record(planned(profile="nanode"))
    other = replace(record, profile=replace(record.profile, by_cost=False))
    assert decode(encode(other), "run.json") == other


def test_every_older_schema_can_be_read() -> None:
    assert sorted(MIGRATIONS) == list(range(1, SCHEMA))
    assert all(make({"schema": old})["schema"] == old + 1 for old, make in MIGRATIONS.items())


def test_a_migration_does_not_change_its_argument() -> None:
    old = {"schema": 1, "run_id": "a"}
    assert migrated(old, "run.json") == {"schema": 2, "run_id": "a", "contract": {}}
    assert old == {"schema": 1, "run_id": "a"}


def test_a_record_of_schema_1_becomes_schema_2_with_missing_values() -> None:
    path = Path(__file__).parents[2] / "results" / "2026-11-23-9dcca8" / "run.json"
    text = path.read_bytes()
    assert json.loads(text)["schema"] == 1
    record = decode(text, str(path))
    assert json.loads(encode(record))["schema"] == record.schema == 2
    assert record.contract == {}
    assert {(trial.raw, trial.server.package) for trial in record.trials} == {((), None)}
    assert len(record.trials) == len(json.loads(text)["trials"]) == 18
    assert decode(encode(record), "run.json") == record
