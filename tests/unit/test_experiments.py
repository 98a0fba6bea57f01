"""The family: what every member must have, and a new member's way through the house."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
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
from orchestrator.model.catalogue import Names
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Plan
from orchestrator.model.trial import Outcome, TrialRecord
from orchestrator.ports import ContainerState
from orchestrator.report.details import details
from orchestrator.report.group import groups
from tests.fakes import FakeContainer, FakeGenerator, Journal, fake_bench
from tests.unit.examples import planned, probe, run_record

THERE = Names(services=("flask", "sanic"), workloads=("json", "text"))


def test_each_has_a_name_a_file_and_a_folder_of_its_own() -> None:
    assert len({one.name for one in EXPERIMENTS}) == len(EXPERIMENTS)
    assert len({one.saved.file for one in EXPERIMENTS}) == len(EXPERIMENTS)
    assert len({one.saved.prefix for one in EXPERIMENTS}) == len(EXPERIMENTS)
    for one in EXPERIMENTS:
        assert re.fullmatch(r"[a-z]+", one.name)
        assert re.fullmatch(r"[a-z]+\.json", one.saved.file)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
def test_each_is_a_command_whose_usual_settings_have_no_problem(
    experiment: object, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = (known for known in EXPERIMENTS if known is experiment)
    with pytest.raises(SystemExit) as ended:
        main([one.name, "--help"])
    assert ended.value.code == 0
    assert one.text in " ".join(capsys.readouterr().out.split())
    parser = argparse.ArgumentParser()
    one.options(parser)
    settings = one.settings(parser.parse_args([]), THERE)
    assert one.problems(settings, THERE) == []


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
def test_what_is_no_record_of_it_is_refused_in_words(
    experiment: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = (known for known in EXPERIMENTS if known is experiment)
    (tmp_path / one.saved.file).write_text('{"schema": 1}')
    assert main(["audit", str(tmp_path / one.saved.file)]) == 2
    assert one.saved.file in capsys.readouterr().err


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """A second way to measure: what a server's image weighs."""

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


def test_another_method_needs_no_load_and_its_numbers_stand_in_the_record_by_its_name() -> None:
    journal: Journal = []
    record = weighed(planned(("flask", "sanic")), journal)
    assert [trial.outcome for trial in record.trials] == [Outcome.MEASURED] * 2
    assert not [line for line in journal if line.startswith("load")]
    assert LOAD.findings(record) == ()
    again = codec.decode(codec.encode(record), "here")
    assert [trial.measurements for trial in again.trials] == [{"weight": {"image_mb": 130.0}}] * 2


def test_the_page_shows_them() -> None:
    record = weighed(planned(("flask",), workloads=("json",), repeats=2), [])
    (group,) = groups(record, "json")
    shown = dict(details(record, group).resources)
    assert shown == {
        "image_mb (weight, repeat 1)": "130",
        "image_mb (weight, repeat 2)": "130",
    }
