"""A whole cross-check with fakes: the clients' turns, and that no measurement is lost."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from labwire.events import LoadEvent, LoadFailed
from labwire.expectation import Expectation
from orchestrator.errors import TrialFailed
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.crosscheck import CROSSCHECK
from orchestrator.experiments.crosscheck.ends import Ends, ReferenceClient, ServerEnd
from orchestrator.experiments.crosscheck.plan import CrossCheckPlan
from orchestrator.experiments.crosscheck.record import CrossCheck, Seen, WrkSlice
from orchestrator.experiments.crosscheck.run import checks, lab_slice
from orchestrator.ports import Container
from tests.fakes import (
    RUNNING,
    FakeContainer,
    FakeGenerator,
    Journal,
    fake_bench,
)
from tests.unit.examples import answer, container, load_result, load_step, planned, probe
from tests.unit.experiments.crosscheck.crosschecks import (
    crosscheck_record,
    crosscheck_settings,
    wrk,
)

ONE_STEP = load_result(
    steps=(
        load_step(
            0,
            "ramp",
            64,
            {1000: 300},
            failures={"reset": 0, "timeout": 2},
            unfinished=64,
            completed=298,
            duration_s=3.0,
            connects=64,
            idle=0.4,
        ),
    )
)
Script = Sequence[LoadEvent | BaseException]


class FakeWrk:
    def __init__(self, journal: Journal, broken: BaseException | None = None) -> None:
        self._journal = journal
        self._broken = broken

    def slice(self, server: Container, expectation: Expectation, *, compared: bool) -> WrkSlice:
        self._journal.append(f"wrk {server.host}{' compared' if compared else ''}")
        if self._broken and not compared:
            raise self._broken
        return wrk(wrong=0 if compared else None)


class FakeServerEnd:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._slices = 0

    def begin(self, server: Container) -> None:
        self._journal.append("count")
        self._slices = 0

    def seen(self, server: Container) -> Seen:
        self._journal.append("counted")
        self._slices += 1
        return Seen(requests=3064 * self._slices, segments=3064 * self._slices)

    def end(self, server: Container) -> None:
        self._journal.append("counts no more")


class Checked:
    """A cross-check of these services, its journal, and all versions that it saved."""

    def __init__(
        self,
        *services: str,
        scripts: Sequence[Script] = ((ONE_STEP,),),
        broken_wrk: BaseException | None = None,
        silent: str = "",
        mate: FakeContainer | None = None,
    ) -> None:
        """``mate``: a companion of each."""
        self.journal: Journal = []
        self.saved: list[CrossCheck] = []
        wrong = probe("flask", answer(body=b"{}"))
        servers = {
            name: FakeContainer(name, wrong if name == silent else probe(name)) for name in services
        }
        if mate is not None:
            servers["mate"] = mate
        bench = fake_bench(self.journal, servers, FakeGenerator(self.journal, *scripts))
        ends = Ends(wrk=FakeWrk(self.journal, broken_wrk), server_end=FakeServerEnd(self.journal))
        run = planned(services)
        companions = (container("mate", healthcheck=("true",)),) if mate is not None else ()
        plan = CrossCheckPlan(
            settings=crosscheck_settings(pairs=3),
            loading=run.loading,
            trials=tuple(
                replace(t, entry=replace(t.entry, companions=companions)) for t in run.trials
            ),
        )
        experiment = replace(
            CROSSCHECK, run=lambda plan, record, bench: checks(plan, record, bench, ends)
        )
        blank = crosscheck_record(services=(), finished_at=None)
        self.record = carried_out(experiment, plan, blank, bench, self._save)

    def _save(self, record: CrossCheck) -> CrossCheck:
        self.saved.append(record)
        return record

    def turns(self) -> list[str]:
        ours = ("wrk", "load", "count", "counted", "counts")
        return [line for line in self.journal if line.split()[0] in ours]


def test_the_clients_take_turns_and_who_is_first_alternates() -> None:
    checked = Checked("flask")
    assert checked.turns() == [
        *("count", "wrk flask compared", "counted", "load flask json", "counted", "counts no more"),
        *("wrk flask", "load flask json"),
        *("load flask json", "wrk flask"),
        *("wrk flask", "load flask json"),
    ]
    (check,) = checked.record.services
    assert [pair.first for pair in check.pairs] == ["wrk", "lab", "wrk"]


def test_a_service_has_its_companion_and_no_pair_counts_without_it() -> None:
    checked = Checked("flask", mate=FakeContainer("mate"))
    assert checked.journal[1:3] == ["start mate", "start flask beside mate"]
    (check,) = checked.record.services
    assert (len(check.pairs), check.reason) == (3, None)

    dead = replace(RUNNING, running=False, exit_code=1)
    checked = Checked("flask", mate=FakeContainer("mate", state=dead))
    (check,) = checked.record.services
    assert (check.pairs, check.reason) == ((), "load: its companion mate ended with exit code 1")


def test_a_slice_of_the_lab_is_its_one_step() -> None:
    found = lab_slice(ONE_STEP)
    assert (found.requests, found.failures, found.unfinished) == (302, {"timeout": 2}, 64)
    assert (found.rps, found.idle) == (298 / 3.0, 0.4)
    with pytest.raises(TrialFailed, match="a slice has one step, not 4"):
        lab_slice(load_result())


def test_the_record_is_saved_after_each_pair() -> None:
    checked = Checked("flask")
    known = [
        (bool(check.counted), len(check.pairs))
        for version in checked.saved
        for check in version.services
    ]
    assert known == [(True, 0), (True, 1), (True, 2), (True, 3), (True, 3)]
    assert checked.saved[0].services == ()
    assert [version.finished_at is None for version in checked.saved] == [True] * 5 + [False]


def test_a_service_that_fails_is_a_row_with_its_reason_and_the_next_is_checked() -> None:
    lost: Script = (LoadFailed(reason="0 of 1 workers are left"),)
    # For the first service, the counted pair and one more succeed.
    checked = Checked("flask", "sanic", scripts=((ONE_STEP,), (ONE_STEP,), lost, (ONE_STEP,)))
    services = [trial.service for trial in checked.record.services]
    failed, good = checked.record.services
    assert sorted(services) == ["flask", "sanic"]
    assert failed.reason == "load: 0 of 1 workers are left"
    assert "the master's log" in (failed.log_tail or "")
    assert (len(failed.pairs), len(good.pairs), good.reason) == (1, 3, None)
    assert f"remove {failed.service}" in checked.journal


def test_a_wrong_answer_before_the_load_is_the_reason() -> None:
    (check,) = Checked("flask", silent="flask").record.services
    assert (check.reason or "").startswith("verify: GET /json: body of 2 bytes is not")
    assert check.counted is None


def test_a_failure_of_wrk_is_the_services_and_not_the_end() -> None:
    broken = TrialFailed("wrk did not print its counts")
    (check,) = Checked("flask", broken_wrk=broken).record.services
    assert (check.reason, check.pairs) == ("load: wrk did not print its counts", ())
    assert check.counted is not None


def test_an_interrupt_keeps_what_was_measured_and_removes_the_container() -> None:
    checked = Checked("flask", "sanic", broken_wrk=KeyboardInterrupt())
    assert checked.record.interrupted
    assert checked.record.finished_at is not None
    assert [bool(check.counted) for check in checked.record.services] == [True]
    assert checked.saved[-1] == checked.record
    started = [line for line in checked.journal if line.startswith(("start", "remove"))]
    assert len(started) == 2


if TYPE_CHECKING:
    _wrk: ReferenceClient = FakeWrk([])
    _server_end: ServerEnd = FakeServerEnd([])
