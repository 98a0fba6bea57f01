"""A whole cross-check with fakes: the clients' turns, and that no measurement is lost."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from labwire.events import LoadStep
from labwire.expectation import Expectation
from orchestrator.errors import EnvironmentMissing, TrialFailed, UsageError
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.crosscheck import CROSSCHECK
from orchestrator.experiments.crosscheck.ends import (
    Ends,
    ReadyClient,
    ReferenceClient,
    ServerEnd,
    Watch,
)
from orchestrator.experiments.crosscheck.plan import CrossCheckPlan
from orchestrator.experiments.crosscheck.record import CrossCheck, Seen, WrkSlice
from orchestrator.experiments.crosscheck.run import checks
from orchestrator.experiments.crosscheck.turns import lab_slice
from orchestrator.ports import Container
from orchestrator.stats.series import BATCHED_LEAST
from tests.fakes import (
    RUNNING,
    FakeContainer,
    FakeGenerator,
    Journal,
    fake_bench,
)
from tests.unit.examples import answer, container, load_step, planned, probe
from tests.unit.experiments.crosscheck.crosschecks import (
    crosscheck_record,
    crosscheck_settings,
    wrk,
)

STEP = load_step(
    1,
    "hold",
    64,
    {1000: 300},
    failures={"reset": 0, "timeout": 2},
    unfinished=64,
    completed=298,
    duration_s=3.0,
    connects=64,
    idle=0.4,
)
Script = Sequence[LoadStep | BaseException]


class FakeWrk:
    """Breaks at its slice number ``breaks_at`` that is timed."""

    def __init__(
        self, journal: Journal, broken: BaseException | None = None, breaks_at: int = 1
    ) -> None:
        self._journal = journal
        self._broken = broken
        self._left = breaks_at

    @contextmanager
    def ready(
        self, server: Container, expectation: Expectation, *, compared: bool
    ) -> Iterator[ReadyClient]:
        words = f"wrk {server.host}{' compared' if compared else ''}"
        self._journal.append(f"ready {words}")
        fake = self

        class Ready:
            def slice(self, seconds: float) -> WrkSlice:
                fake._journal.append(f"{words} {seconds:g}")
                fake._left -= not compared
                if fake._broken and fake._left == 0:
                    raise fake._broken
                return wrk(wrong=0 if compared else None)

        yield Ready()
        self._journal.append(f"away {words}")


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

    @contextmanager
    def watch(self, server: Container) -> Iterator[Watch]:
        journal = self._journal

        class Quiet:
            def until_quiet(self, client: str) -> None:
                journal.append("quiet")

        yield Quiet()


class Checked:
    """A cross-check of these services, its journal, and all versions that it saved."""

    def __init__(
        self,
        *services: str,
        scripts: Sequence[Script] = ((STEP,),),
        broken_wrk: BaseException | None = None,
        breaks_at: int = 1,
        settings: Mapping[str, Any] | None = None,
        silent: str = "",
        mate: FakeContainer | None = None,
        saved: list[CrossCheck] | None = None,
    ) -> None:
        """``mate``: a companion of each. ``saved``: where versions go, if an error ends the run."""
        self.journal: Journal = []
        self.saved = [] if saved is None else saved
        wrong = probe("flask", answer(body=b"{}"))
        servers = {
            name: FakeContainer(name, wrong if name == silent else probe(name)) for name in services
        }
        if mate is not None:
            servers["mate"] = mate
        load = FakeGenerator(self.journal, steps=scripts)
        bench = fake_bench(self.journal, servers, load)
        ends = Ends(
            wrk=FakeWrk(self.journal, broken_wrk, breaks_at),
            server_end=FakeServerEnd(self.journal),
        )
        run = planned(services)
        companions = (container("mate", healthcheck=("true",)),) if mate is not None else ()
        plan = CrossCheckPlan(
            settings=crosscheck_settings(**(settings or {"pairs": 3})),
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
        ours = ("wrk", "step", "count", "counted", "counts", "quiet", "ready", "away", "load")
        return [line for line in self.journal if line.split()[0] in ours]


def test_the_clients_stay_ready_and_take_turns_and_who_is_first_alternates() -> None:
    checked = Checked("flask")
    wrk, lab = ["wrk flask 0.4", "quiet"], ["step flask 0.4", "quiet"]
    assert checked.turns() == [
        *("load flask json", "count"),
        *("ready wrk flask compared", "wrk flask compared 1", "quiet", "away wrk flask compared"),
        *("counted", "step flask 1", "quiet", "counted", "counts no more"),
        "ready wrk flask",
        *(*wrk, *lab),
        *(*lab, *wrk),
        *(*wrk, *lab),
        "away wrk flask",
    ]
    (check,) = checked.record.services
    assert [pair.first for pair in check.pairs] == ["wrk", "lab", "wrk"]


def test_pairs_go_on_until_the_interval_is_narrow() -> None:
    """All ratios are equal here, so it is narrow as soon as it may be."""
    limits = {"pairs": None, "within": 0.03, "budget_s": 1000.0}
    (check,) = Checked("flask", settings=limits).record.services
    assert (len(check.pairs), check.reason) == (BATCHED_LEAST, None)


def test_pairs_go_on_until_the_budget_is_spent() -> None:
    """The clock moves by a second whenever it is looked at."""
    limits = {"pairs": None, "within": 0.03, "budget_s": 5.0}
    (check,) = Checked("flask", settings=limits).record.services
    assert (len(check.pairs), check.seconds) == (5, 5.0)


def test_a_service_has_its_companion_and_no_pair_counts_without_it() -> None:
    checked = Checked("flask", mate=FakeContainer("mate"))
    assert checked.journal[1:3] == ["start mate", "start flask beside mate"]
    (check,) = checked.record.services
    assert (len(check.pairs), check.reason) == (3, None)

    dead = replace(RUNNING, running=False, exit_code=1)
    checked = Checked("flask", mate=FakeContainer("mate", state=dead))
    (check,) = checked.record.services
    assert (check.pairs, check.reason) == ((), "load: its companion mate ended with exit code 1")


def test_a_slice_of_the_lab_is_a_step_of_its_load() -> None:
    found = lab_slice(STEP)
    assert (found.requests, found.failures, found.unfinished) == (302, {"timeout": 2}, 64)
    assert (found.rps, found.idle) == (298 / 3.0, 0.4)


def test_the_record_is_saved_every_few_seconds_and_at_the_end() -> None:
    """The clock moves by a second for each pair."""
    checked = Checked("flask", settings={"pairs": 12})
    known = [
        (bool(check.counted), len(check.pairs))
        for version in checked.saved
        for check in version.services
    ]
    assert known == [(True, 0), (True, 5), (True, 10), (True, 12), (True, 12)]
    assert checked.saved[0].services == ()
    assert [version.finished_at is None for version in checked.saved] == [True] * 5 + [False]


def test_a_service_that_fails_is_a_row_with_its_reason_and_the_next_is_checked() -> None:
    lost = TrialFailed("0 of 1 workers are left")
    # For the first service, the counted pair and one more succeed.
    checked = Checked("flask", "sanic", scripts=((STEP, STEP, lost), (STEP,)))
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


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), TrialFailed("wrk ended with exit code 137"), OSError("no")]
)
def test_no_pair_is_lost_by_an_interrupt_or_an_error(error: BaseException) -> None:
    """Although the last of them have not been saved yet."""
    checked = Checked("flask", broken_wrk=error, breaks_at=8, settings={"pairs": 12})
    (check,) = checked.saved[-1].services
    assert len(check.pairs) == 7


def test_without_an_engine_the_run_ends_and_its_pairs_are_saved() -> None:
    gone = EnvironmentMissing("no engine answers")
    saved: list[CrossCheck] = []
    with pytest.raises(EnvironmentMissing, match=r"^no engine answers$"):
        Checked("flask", "sanic", broken_wrk=gone, breaks_at=8, settings={"pairs": 12}, saved=saved)
    (check,) = saved[-1].services
    assert (len(check.pairs), check.reason, saved[-1].finished_at) == (7, None, None)


def test_an_error_of_the_lab_keeps_its_words() -> None:
    (check,) = Checked("flask", broken_wrk=UsageError("a wrong file")).record.services
    assert (check.reason, check.log_tail) == ("load: a wrong file", None)


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
