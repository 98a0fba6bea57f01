"""What every experiment must have, and how a new experiment appears in record and page."""

from __future__ import annotations

import argparse
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from orchestrator import codec
from orchestrator.bench.bench import Bench
from orchestrator.bench.method import Measured, Subject
from orchestrator.bench.trials import measure_trials
from orchestrator.cli import main
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.load import LOAD
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.files import audit_files
from orchestrator.model.catalogue import Names
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Plan
from orchestrator.model.trial import Outcome, TrialRecord
from orchestrator.ports import ContainerState
from orchestrator.report.details import details
from orchestrator.report.group import groups
from tests.fakes import FakeContainer, FakeGenerator, Journal, fake_bench
from tests.unit.examples import planned, probe, run_record

LEAST = {"ab": ["flask", "--base", "here", "--head", "python:3.12"]}
"""The least arguments of each experiment that needs any."""
THERE = Names(
    services=("flask", "sanic"), workloads=("json", "text"), sets={"2019": ("flask", "sanic")}
)


def test_each_experiment_has_its_own_name_file_and_folder() -> None:
    assert len({one.name for one in EXPERIMENTS}) == len(EXPERIMENTS)
    assert len({one.saved.file for one in EXPERIMENTS}) == len(EXPERIMENTS)
    assert len({one.saved.prefix for one in EXPERIMENTS}) == len(EXPERIMENTS)
    for one in EXPERIMENTS:
        assert re.fullmatch(r"[a-z]+", one.name)
        assert re.fullmatch(r"[a-z]+\.json", one.saved.file)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
def test_each_experiment_is_a_command_with_valid_default_settings(
    experiment: object, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = (known for known in EXPERIMENTS if known is experiment)
    with pytest.raises(SystemExit) as ended:
        main([one.name, "--help"])
    assert ended.value.code == 0
    assert one.text in " ".join(capsys.readouterr().out.split())
    parser = argparse.ArgumentParser()
    one.options(parser)
    settings = one.settings(parser.parse_args(LEAST.get(one.name, [])), THERE)
    assert one.problems(settings, THERE) == []


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
def test_an_invalid_record_is_refused_with_a_message(
    experiment: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = (known for known in EXPERIMENTS if known is experiment)
    (tmp_path / one.saved.file).write_text('{"schema": 1}')
    assert main(["audit", str(tmp_path / one.saved.file)]) == 2
    assert one.saved.file in capsys.readouterr().err


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
def test_the_audit_says_that_it_reads_each_experiments_record(
    experiment: object, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = (known for known in EXPERIMENTS if known is experiment)
    with pytest.raises(SystemExit):
        main(["audit", "--help"])
    assert one.saved.file in capsys.readouterr().out
    assert one.saved.file in audit_files.EXPECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """Another way to measure: the size of a server's image."""

    @contextmanager
    def measured(self, subject: Subject, bench: Bench) -> Iterator[Measured]:
        mb = subject.image.size_bytes / 1e6

        def into(record: TrialRecord, state: ContainerState) -> TrialRecord:
            return replace(record, measurements={"weight": {"image_mb": mb}})

        yield Measured(into=into)


def weighed(plan: Plan, journal: Journal) -> RunRecord:
    servers = {name: FakeContainer(name, probe(name)) for name in plan.settings.services}
    bench = fake_bench(journal, servers, FakeGenerator(journal, ()))
    experiment = replace(
        LOAD,
        run=lambda plan, record, bench: measure_trials(plan.trials, record, Weighing(), bench),
    )
    return carried_out(experiment, plan, run_record(plan), bench, lambda record: record)


@pytest.mark.parametrize(
    ("latest", "said"),
    [
        ("lab weigh --resume latest", "; continue with `lab weigh --resume latest`"),
        (None, ""),
    ],
)
def test_an_interrupted_experiment_says_how_it_continues(latest: str | None, said: str) -> None:
    def interrupted(
        plan: Plan, record: RunRecord, bench: Bench
    ) -> Generator[RunRecord, None, None]:
        yield record
        raise KeyboardInterrupt

    assert LOAD.resuming is not None
    resuming = None if latest is None else replace(LOAD.resuming, latest=latest)
    experiment = replace(LOAD, run=interrupted, resuming=resuming)
    journal: Journal = []
    bench = fake_bench(journal, {}, FakeGenerator(journal, ()))
    plan = planned()
    assert carried_out(experiment, plan, run_record(plan), bench, lambda known: known).interrupted
    assert f"note interrupted: everything measured so far is saved{said}" in journal


def test_a_method_without_a_load_has_its_measurements_in_the_record() -> None:
    journal: Journal = []
    record = weighed(planned(("flask", "sanic")), journal)
    assert [trial.outcome for trial in record.trials] == [Outcome.MEASURED] * 2
    assert not [line for line in journal if line.startswith("load")]
    assert LOAD.findings(record) == ()
    again = codec.decode(codec.encode(record), "here")
    assert [trial.measurements for trial in again.trials] == [{"weight": {"image_mb": 130.0}}] * 2


def test_the_page_shows_the_measurements() -> None:
    record = weighed(planned(("flask",), workloads=("json",), repeats=2), [])
    (group,) = groups(record, "json")
    shown = dict(details(record, group).resources)
    assert shown == {
        "image_mb (weight, repeat 1)": "130",
        "image_mb (weight, repeat 2)": "130",
    }
