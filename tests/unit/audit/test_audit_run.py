"""A run with the files beside its record: Locust's own files, and the manifest."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator import codec
from orchestrator.app.audit import Told, audit
from orchestrator.app.audit_run import audit_experiment
from orchestrator.errors import UsageError
from orchestrator.experiments.load import LOAD
from orchestrator.files import checksums
from orchestrator.files.checkout import ROOT
from orchestrator.model.finding import Finding, Kind, Unread
from orchestrator.model.record import Endpoint
from orchestrator.model.trial import TrialRecord
from tests.unit.audit.records import CONTRACT, failed, measured, run_of

STATS = "raw/001-flask-json-1/locust_stats.csv"
HEADER = (
    *("Type", "Name", "Request Count", "Failure Count", "Median Response Time"),
    *("Average Response Time", "Min Response Time", "Max Response Time"),
    *("Average Content Size", "Requests/s", "Failures/s", "50%", "99%", "100%"),
)


def found(folder: Path) -> list[Finding]:
    return [note for note in audit(ROOT, folder, Told(load={})) if isinstance(note, Finding)]


def saved(
    folder: Path,
    trial: TrialRecord,
    *,
    method: str = "GET",
    path: str = "/json",
    body: float = 250.0,
    less: int = 0,
    contract: Mapping[str, Endpoint] = CONTRACT,
) -> Path:
    """A run with this trial and Locust's file for it, whose sizes include headers."""
    assert trial.totals is not None
    requests, failures = trial.totals.requests - less, trial.totals.failures
    numbers = (requests, failures, 2, 2.5, 2, 4, body, requests / 4, failures / 4, 2, 4, 4)
    (folder / STATS).parent.mkdir(parents=True)
    with (folder / STATS).open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, (method, path, *numbers), ("", "Aggregated", *numbers)])
    record = replace(run_of(replace(trial, raw=(STATS,))), contract=dict(contract))
    (folder / "run.json").write_bytes(codec.encode(record))
    checksums.add(folder, [STATS])
    return folder


def test_a_run_whose_files_agree_has_no_finding(tmp_path: Path) -> None:
    folder = saved(tmp_path / "run", measured())
    assert found(folder) == []
    assert found(folder / "run.json") == []
    assert found(tmp_path) == []


@pytest.mark.parametrize("raw", [True, False])
def test_the_raw_files_of_any_experiment_are_compared_with_their_digests(
    tmp_path: Path, raw: bool
) -> None:
    folder = saved(tmp_path, measured())
    other = replace(LOAD, name="weigh", saved=replace(LOAD.saved, raw=raw))
    assert not [note for note in audit_experiment(other, folder) if isinstance(note, Finding)]
    (folder / STATS).write_text("edited")
    notes = list(audit_experiment(other, folder))
    rules = [note.rule for note in notes if isinstance(note, Finding)]
    assert rules == (["manifest"] if raw else [])
    (folder / checksums.MANIFEST).unlink()
    unread = [note.file for note in audit_experiment(other, folder) if isinstance(note, Unread)]
    assert unread == ([checksums.MANIFEST] if raw else [])


def test_locusts_own_file_must_have_the_records_counts(tmp_path: Path) -> None:
    counts = found(saved(tmp_path, measured(), less=7))
    assert [(f.rule, f.file, f.seen, f.expected) for f in counts] == [
        ("counts", STATS, 16_003, 16_010)
    ]
    assert counts[0].row == "001-flask-json-1"


def test_the_files_of_a_failed_trial_may_be_incomplete(tmp_path: Path) -> None:
    assert found(saved(tmp_path, failed(), less=7)) == []


def test_path_and_size_must_be_those_of_the_records_contract(tmp_path: Path) -> None:
    wrong = found(saved(tmp_path, measured(), path="/text", body=40.0))
    assert [(f.rule, f.seen, f.expected, f.kind) for f in wrong] == [
        ("workload-path", "/text", "/json", Kind.CONTRADICTION),
        ("body-size", 40, 117, Kind.CONTRADICTION),
    ]
    assert found(saved(tmp_path / "b", measured(), body=5_000.0))[0].kind is Kind.DOUBT


def test_of_a_mix_locusts_file_names_the_workload(tmp_path: Path) -> None:
    """Its requests have several paths, and answers of several sizes."""
    one_of_many = {"json": replace(CONTRACT["json"], path="/json/7", kinds=2, judged_by="json")}
    mixed = saved(tmp_path / "a", measured(), method="mix", path="json", contract=one_of_many)
    assert found(mixed) == []
    other = saved(tmp_path / "b", measured(), method="mix", path="text", contract=one_of_many)
    (finding, *_) = found(other)
    assert (finding.rule, finding.seen, finding.kind) == (
        "workload-path",
        "text",
        Kind.CONTRADICTION,
    )


def test_changed_missing_and_additional_raw_files_are_found(tmp_path: Path) -> None:
    saved(tmp_path, measured())
    log = tmp_path / "raw/001-flask-json-1/server.log"
    log.write_text("what it printed\n")
    checksums.add(tmp_path, [log.relative_to(tmp_path).as_posix()])
    log.write_text("what somebody made of it\n")
    (tmp_path / STATS).unlink()
    (tmp_path / "raw/more.txt").write_text("nobody listed it")
    manifest = [(f.file, f.kind, f.text) for f in found(tmp_path)]
    assert [file for file, _, _ in manifest] == [
        STATS,
        "raw/001-flask-json-1/server.log",
        "raw/more.txt",
    ]
    assert {kind for _, kind, _ in manifest} == {Kind.CONTRADICTION}
    assert "is not there" in manifest[0][2]
    assert "SHA-256 differs" in manifest[1][2]
    assert "does not list it" in manifest[2][2]


def test_a_run_without_its_raw_files_has_one_doubt(tmp_path: Path) -> None:
    saved(tmp_path, measured())
    (tmp_path / STATS).unlink()
    (tmp_path / STATS).parent.rmdir()
    (tmp_path / "raw").rmdir()
    (finding,) = found(tmp_path)
    assert (finding.rule, finding.kind, finding.expected) == ("manifest", Kind.DOUBT, 1)


def test_a_run_without_a_manifest_has_no_finding(tmp_path: Path) -> None:
    saved(tmp_path, measured())
    (tmp_path / checksums.MANIFEST).unlink()
    assert found(tmp_path) == []


def test_a_record_cannot_name_a_file_outside_its_folder(tmp_path: Path) -> None:
    inside = saved(tmp_path / "run", measured())
    outside = tmp_path / "other_stats.csv"
    outside.write_text("not,locust\n")
    record = run_of(measured(raw=("../other_stats.csv",)))
    (inside / "run.json").write_bytes(codec.encode(record))
    with pytest.raises(UsageError, match="Expected a file such as raw/"):
        found(inside)


def test_an_invalid_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"schema": 99}')
    with pytest.raises(UsageError, match=r"run\.json: record of schema 99"):
        found(tmp_path)


def test_options_for_load_and_workload_are_refused_for_a_run(tmp_path: Path) -> None:
    saved(tmp_path, measured())
    with pytest.raises(UsageError, match="leave these options out"):
        audit(ROOT, tmp_path, Told(workload="json", load={}))
