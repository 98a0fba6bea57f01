"""Companions of a service: who may be one, what is done with it in a trial, what it costs."""

import copy
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from labwire.events import LoadEvent, LoadFailed
from orchestrator.adapters.companions import companion_problems
from orchestrator.adapters.compose import container_specs
from orchestrator.adapters.container_options import container_options, joining
from orchestrator.adapters.health import awaited
from orchestrator.bench.build import build_all
from orchestrator.bench.served import in_one_namespace
from orchestrator.bench.trial import Trial
from orchestrator.doubts.trial import companion_caveats
from orchestrator.entries import entry
from orchestrator.errors import TrialFailed, UsageError
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.load import LOAD
from orchestrator.experiments.load.method import LoadMethod
from orchestrator.model.blocks import COMPOSE_FILE
from orchestrator.model.placement import Network, Placement
from orchestrator.model.sample import Sample
from orchestrator.model.settings import Plan
from orchestrator.model.trial import Companion, Outcome, TrialPhase, TrialRecord
from orchestrator.placement import misplaced
from orchestrator.ports import ContainerState, Image
from orchestrator.report.companions import companion_facts
from orchestrator.report.group import groups
from tests.conftest import ROOT
from tests.fakes import (
    RUNNING,
    FakeContainer,
    FakeEngine,
    FakeGenerator,
    FakeStore,
    Journal,
    JournalProgress,
    NullProgress,
    fake_bench,
)
from tests.unit.examples import (
    PLACEMENT,
    container,
    load_result,
    manifest,
    planned,
    probe,
    run_record,
    sample,
    totals,
    trial_record,
)

Services = dict[str, dict[str, Any]]
HEALTHY = {"condition": "service_healthy", "required": True}
NOT_ITS_OWN = "a service cannot be its own companion; name another service"
IMAGE = Image(id="sha256:flask", size_bytes=130_000_000, base="official")
MATE_IMAGE = Image(id="sha256:mate", size_bytes=70_000_000, base="official")
MATE = container("mate", cpuset="0", healthcheck=("true",), labels={"weblab.role": "companion"})
DEAD = ContainerState(running=False, exit_code=137, oom_killed=True, restarts=0, started_at=990.0)


# --- docker-compose.yml ---


@pytest.fixture
def services() -> Services:
    """As Compose resolves them: flask with its companion `mate`."""
    text = (ROOT / "tests/unit/data" / "compose_config.json").read_text()
    found: Services = json.loads(text)["services"]
    mate = copy.deepcopy(found["flask"])
    del mate["sysctls"], mate["build"]
    mate |= {
        "labels": {"weblab.role": "companion"},
        "cpuset": "1",
        "healthcheck": {"test": ["CMD", "ready"], "interval": "1s"},
    }
    found["mate"] = mate
    found["flask"]["depends_on"] = {
        "mate": HEALTHY,
        "values": {"condition": "service_completed_successfully", "required": True},
    }
    return found


def refused(services: Services) -> list[str]:
    with pytest.raises(UsageError) as error:
        container_specs(services)
    return [problem.removeprefix(f"{COMPOSE_FILE}: ") for problem in error.value.problems]


def test_a_framework_names_its_companions_by_what_has_to_be_healthy(services: Services) -> None:
    specs = container_specs(services)
    assert specs["flask"].companions == ("mate",)
    assert specs["flask"].healthcheck == ()
    assert specs["mate"].companions == ()
    assert specs["mate"].healthcheck == ("ready",)
    assert specs["mate"].build_context == ""
    found = entry(manifest("flask"), specs)
    assert found.companions == (specs["mate"],)
    assert found.images == ("flask", "mate")


def test_a_healthcheck_may_be_a_line_for_a_shell(services: Services) -> None:
    services["mate"]["healthcheck"] = {"test": ["CMD-SHELL", "ready || exit 1"]}
    assert container_specs(services)["mate"].healthcheck == ("/bin/sh", "-c", "ready || exit 1")


CHECK = 'give a healthcheck with a command, such as test: ["CMD", "pg_isready"]'


@pytest.mark.parametrize(
    "check", [{}, {"disable": True}, {"test": ["NONE"]}, {"test": ["CMD"]}, {"interval": "1s"}]
)
def test_a_companion_has_to_say_when_it_is_healthy(
    services: Services, check: dict[str, Any]
) -> None:
    services["mate"]["healthcheck"] = check
    (problem,) = refused(services)
    assert problem == f"mate: healthcheck = {json.dumps(check)}: {CHECK}"
    del services["mate"]["healthcheck"]
    assert refused(services) == [f"mate: no healthcheck: {CHECK}"]


def test_a_companion_is_held_to_what_every_container_must_have(services: Services) -> None:
    services["mate"]["user"] = "0:0"
    del services["mate"]["mem_limit"]
    services["mate"]["sysctls"] = {"net.core.somaxconn": "1"}
    said = refused(services)
    assert [text.partition(": ")[2].partition(":")[0] for text in said] == [
        "no mem_limit",
        'user = "0',
        'sysctls = {"net.core.somaxconn"',
    ]


def test_no_other_block_has_a_healthcheck(services: Services) -> None:
    services["flask"]["healthcheck"] = {"test": ["CMD", "ready"]}
    (problem,) = refused(services)
    assert "the orchestrator would not pass it on" in problem


@pytest.mark.parametrize(
    ("service", "depends_on", "problem"),
    [
        (
            "flask",
            {"db": HEALTHY},
            "db: there is no such service; add a block for it, or take the dependency out",
        ),
        ("flask", {"flask": HEALTHY}, f"flask: {NOT_ITS_OWN}"),
        ("mate", {"mate": HEALTHY}, f"mate: {NOT_ITS_OWN}"),
        (
            "flask",
            {"bottle": {"condition": "service_started"}},
            "bottle: that is a framework, which cannot be a companion; take it out",
        ),
        (
            "flask",
            {"locust": HEALTHY},
            "locust: it is not a companion; give its block the label weblab.role: companion, or "
            "use another condition than service_healthy",
        ),
        (
            "mate",
            {"other": HEALTHY},
            "other: a companion cannot have companions; let the framework depend on both",
        ),
        ("locust", {"mate": HEALTHY}, "mate: only frameworks can have companions; take it out"),
        (
            "flask",
            {"mate": {"condition": "service_started"}},
            "mate: condition = service_started: give service_healthy: the lab waits for companions",
        ),
    ],
)
def test_what_cannot_be_a_companion_is_told(
    services: Services, service: str, depends_on: dict[str, Any], problem: str
) -> None:
    services["bottle"] = services["flask"] | {"depends_on": None}
    services["other"] = copy.deepcopy(services["mate"])
    services[service]["depends_on"] = depends_on
    assert refused(services) == [f"{service}: depends_on {problem}"]


@pytest.mark.parametrize("name", ["server", "master", "worker-1", "framework", "localhost"])
def test_a_companion_has_a_name_that_nothing_else_has(services: Services, name: str) -> None:
    services[name] = services.pop("mate")
    services["flask"]["depends_on"] = {name: HEALTHY}
    (problem,) = refused(services)
    assert problem.startswith(f"{name}: the lab uses this name for something else")


def test_a_companions_name_is_a_hosts(services: Services) -> None:
    services["Data_base"] = services.pop("mate")
    services["flask"]["depends_on"] = {"Data_base": HEALTHY}
    (problem,) = refused(services)
    assert problem.startswith("Data_base: a companion's name is also a host name and a file name")


def test_all_problems_of_companions_are_told_together_with_the_others(services: Services) -> None:
    del services["mate"]["healthcheck"], services["flask"]["user"]
    services["flask"]["depends_on"] |= {"db": HEALTHY, "flask": HEALTHY}
    services["mate"]["depends_on"] = {"mate": HEALTHY}
    assert len(refused(services)) == 5


def test_a_block_that_says_nothing_has_no_problem_of_companions() -> None:
    assert companion_problems("flask", {"flask": None}) == []
    assert companion_problems("flask", {"flask": {"depends_on": ["mate"], "labels": []}}) == []


# --- where it runs ---


def test_the_first_companion_owns_the_network_with_the_names_of_all() -> None:
    server = container(sysctls={"net.ipv4.tcp_tw_reuse": "1", "kernel.shmmax": "2"})
    mate = replace(MATE, sysctls={"kernel.shmmax": "1"})
    other = replace(MATE, service="other")
    first, second = in_one_namespace(server, (mate, other))
    assert first.hosts == ("mate", "other")
    assert first.sysctls == {"kernel.shmmax": "1", "net.ipv4.tcp_tw_reuse": "1"}
    assert second is other
    assert in_one_namespace(server, ()) == ()


def test_names_stand_for_the_loopback_and_no_check_goes_on_beside_the_load() -> None:
    options = container_options(replace(MATE, hosts=("mate", "other")), {})
    assert options["extra_hosts"] == {"mate": "127.0.0.1", "other": "127.0.0.1"}
    assert options["healthcheck"] == {"test": ["NONE"]}
    assert {"extra_hosts", "healthcheck"}.isdisjoint(container_options(container(), {}))


def test_what_joins_a_network_has_the_settings_and_names_of_its_owner() -> None:
    sysctls = {"kernel.shmmax": "1", "net.ipv4.tcp_tw_reuse": "1"}
    joined = joining(replace(MATE, sysctls=sysctls, hosts=("mate",)))
    assert (joined.sysctls, joined.hosts) == ({"kernel.shmmax": "1"}, ())


@pytest.mark.parametrize(("cpuset", "cpus"), [("0", {0}), ("1,3", {1, 3}), ("0-2,7", {0, 1, 2, 7})])
def test_the_numbers_of_a_cpuset(cpuset: str, cpus: set[int]) -> None:
    assert container(cpuset=cpuset).cpu_numbers == cpus


@pytest.mark.parametrize("cpuset", ["1", "0-1"])
def test_a_companion_never_has_the_servers_cpu(cpuset: str) -> None:
    containers = {
        "flask": container(companions=("mate",)),
        "bottle": container("bottle", companions=("mate",)),
        "mate": replace(MATE, cpuset=cpuset),
    }
    assert misplaced(containers, PLACEMENT) == [
        f"mate: cpuset {cpuset} includes the server's CPU, 1; set it to "
        "LAB_COMPANION_CPU as docker-compose.yml does"
    ]
    one_cpu = Placement(server_cpu=1, load_cpus=(1,), smt_shared=None, network=Network.LOOPBACK)
    assert misplaced(containers, one_cpu) == []
    assert misplaced({**containers, "mate": MATE}, PLACEMENT) == []


# --- waiting for it ---


def answers(*found: tuple[bool, str]) -> Any:
    left: Iterator[tuple[bool, str]] = iter(found)
    return lambda _within_s: next(left, found[-1])


def test_a_companion_is_waited_for_until_its_check_ends_well() -> None:
    asked = answers((False, "no"), (False, "no"), (True, ""))
    assert awaited(asked, lambda: True, within_s=30) > 0


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("no\nspace", "it was not healthy within 0.3 s: its healthcheck says no space"),
        ("", "it was not healthy within 0.3 s"),
    ],
)
def test_a_companion_that_never_gets_healthy_is_not_waited_for_longer(
    said: str, reason: str
) -> None:
    with pytest.raises(TrialFailed) as failure:
        awaited(answers((False, said)), lambda: True, within_s=0.3)
    assert failure.value.reason == reason


def test_a_companion_that_ended_is_not_waited_for() -> None:
    with pytest.raises(TrialFailed, match="it ended before it was healthy"):
        awaited(answers((False, "")), lambda: False, within_s=600)


# --- a trial with it ---


def with_mate(plan: Plan) -> Plan:
    trials = tuple(
        replace(trial, entry=replace(trial.entry, companions=(MATE,))) for trial in plan.trials
    )
    return replace(plan, trials=trials)


def mate(**changes: Any) -> FakeContainer:
    return FakeContainer("mate", log="the mate's log", **changes)


def run_trial(
    companion: FakeContainer,
    script: Sequence[LoadEvent | BaseException] = (load_result(),),
    *,
    server: FakeContainer | None = None,
    journal: Journal | None = None,
    store: FakeStore | None = None,
    refused: Mapping[str, TrialFailed] | None = None,
    stays: Mapping[str, BaseException] | None = None,
    workers: Sequence[FakeContainer] = (),
) -> TrialRecord:
    journal = [] if journal is None else journal
    plan = with_mate(planned())
    servers = {"flask": server or FakeContainer("flask", probe(), journal=journal)}
    engine = FakeEngine(journal, {**servers, "mate": companion}, refused=refused, stays=stays)
    generator = FakeGenerator(journal, script, workers=workers)
    bench = fake_bench(
        journal, servers, generator, engine=engine, raw=store or FakeStore(journal),
        progress=NullProgress(),
    )  # fmt: skip
    trial = Trial(plan.trials[0], LoadMethod(loading=plan.loading), bench)
    return trial.run([IMAGE, MATE_IMAGE])


def test_a_companion_starts_first_is_healthy_first_and_goes_last() -> None:
    journal: Journal = []
    row = run_trial(mate(journal=journal), journal=journal)
    assert row.outcome is Outcome.MEASURED
    assert journal == [
        "start mate",
        "healthy mate: true",
        "start flask beside mate",
        "verify flask /json",
        "load flask json",
        "unload flask",
        "stop flask",
        "remove flask",
        "remove mate",
    ]


def test_what_a_companion_is_stands_in_the_row_and_its_log_beside_it() -> None:
    store = FakeStore([])
    row = run_trial(mate(), store=store)
    assert row.companions == (
        Companion(
            name="mate",
            image_id="sha256:mate",
            image_bytes=70_000_000,
            oom_killed=False,
            start_s=1.5,
            cpu_limit=1.0,
            cpu_busy=0.0,
        ),
    )
    assert store.raw["flask", "json", 1]["mate.log"] == "the mate's log"
    assert row.raw == tuple(f"raw/1/{n}.log" for n in ("master", "mate", "server", "worker-1"))


class Sampled(FakeContainer):
    """Knows when its samples are used up."""

    def __init__(self, name: str, samples: Sequence[Sample]) -> None:
        super().__init__(name, samples=samples)
        self.exhausted = threading.Event()

    def sample(self) -> Sample | None:
        found = super().sample()
        if found is None:
            self.exhausted.set()
        return found


class Until(list[LoadEvent | BaseException]):
    """A script that begins once these have told all their samples."""

    def __init__(self, *containers: Sampled) -> None:
        super().__init__([load_result()])
        self._containers = containers

    def __iter__(self) -> Iterator[LoadEvent | BaseException]:
        assert all(one.exhausted.wait(timeout=30) for one in self._containers)
        return super().__iter__()


def sampled(name: str, cpu: float, throttled_s: float = 0.0) -> Sampled:
    """It uses so much of a CPU in the 2 s of the hold, which begins at 1003."""
    readings = [
        sample(1_002.0, 5.0, 50_000_000),
        sample(1_006.0, 5.0 + 4 * cpu, 40_000_000, throttled_s),
    ]
    return Sampled(name, readings)


def test_a_companion_is_sampled_and_its_cost_stands_in_the_row() -> None:
    store, companion, worker = FakeStore([]), sampled("mate", 0.25, 0.5), sampled("worker", 0.5)
    row = run_trial(companion, Until(companion, worker), store=store, workers=[worker])
    (found,) = row.companions
    assert found.cpu == pytest.approx(0.25)
    # 0.25 of a CPU for 2 s and 210 successes.
    assert found.cpu_us_per_request == pytest.approx(0.5e6 / 210)
    assert (found.memory_peak_bytes, found.throttled_s) == (50_000_000, 0.5)
    lines = store.raw["flask", "json", 1]["samples.csv"].splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "container", "worker-1", "worker-1", "mate", "mate",
    ]  # fmt: skip
    assert row.resources is not None
    assert row.resources.loadgen_memory_peak_bytes == 50_000_000
    assert [caveat.code for caveat in row.caveats] == []


@pytest.mark.parametrize(("own", "load"), [(0.95, 0.0), (0.3, 0.65)])
def test_a_companion_whose_cpu_was_full_is_a_doubt(own: float, load: float) -> None:
    companion, worker = sampled("mate", own), sampled("worker", load)
    row = run_trial(companion, Until(companion, worker), workers=[worker])
    (caveat,) = row.caveats
    assert caveat.code == "companion-full"
    assert caveat.text == (
        f"the CPU of the companion mate was full during the hold ({own:.2f} of a CPU was its own): "
        "the service may have waited for it"
    )


@pytest.mark.parametrize(
    ("cpu", "limit", "busy", "full"),
    [
        (0.9, 1.0, 0.0, True),
        (0.89, 1.0, 0.89, False),
        (0.19, 0.2, 0.0, True),
        (1.5, 2.0, 0.0, False),
        (0.01, 1.0, 0.9, True),
        (None, 1.0, 1.0, False),
    ],
)
def test_full_is_what_it_may_use_or_all_that_its_cpu_has(
    cpu: float | None, limit: float, busy: float, full: bool
) -> None:
    companion = Companion(name="mate", cpu=cpu, cpu_limit=limit, cpu_busy=busy)
    assert bool(companion_caveats(companion)) is full


def failure(row: TrialRecord) -> tuple[object, ...]:
    return row.outcome, row.phase, row.reason, row.log_tail


@pytest.mark.parametrize(
    ("state", "how"),
    [
        (DEAD, "ended with exit code 137 (out of memory)"),
        (replace(DEAD, oom_killed=False, exit_code=1), "ended with exit code 1"),
        (replace(RUNNING, started_at=1_003.0), "ended and was started again"),
        (replace(RUNNING, restarts=1), "ended and was started again"),
        (replace(RUNNING, oom_killed=True), "lost a process to the OOM killer (out of memory)"),
    ],
)
def test_a_companion_that_does_not_last_fails_the_row_which_keeps_its_numbers(
    state: ContainerState, how: str
) -> None:
    row = run_trial(mate(state=state))
    reason = f"its companion mate {how}"
    assert failure(row) == (Outcome.FAILED, TrialPhase.LOAD, reason, "the mate's log")
    assert row.totals is not None
    assert row.companions[0].oom_killed == state.oom_killed


def test_a_companion_that_lost_a_process_fails_the_row_though_the_engine_says_no_more() -> None:
    row = run_trial(mate(lost_to_memory=True))
    assert row.reason == "its companion mate lost a process to the OOM killer (out of memory)"
    assert row.companions[0].oom_killed is True


def test_a_companion_that_vanished_is_named() -> None:
    gone = TrialFailed("mate: its container vanished; something outside the lab removed it")
    row = run_trial(mate(state=gone))
    assert row.reason == f"its companion mate: {gone.reason}"
    assert row.companions[0].oom_killed is None


def test_a_server_that_ended_since_its_companion_did_tells_both() -> None:
    server = FakeContainer("flask", probe(), state=replace(DEAD, oom_killed=False), log="flask's")
    row = run_trial(mate(state=DEAD), server=server)
    assert failure(row) == (
        Outcome.FAILED,
        TrialPhase.LOAD,
        'the server ended under load with exit code 137; its log ends with "flask\'s"; '
        "its companion mate ended with exit code 137 (out of memory)",
        "flask's",
    )


def test_whatever_fails_tells_the_companion_that_has_ended() -> None:
    wrong = FakeContainer("flask", TrialFailed("no answer", "flask's"))
    row = run_trial(mate(state=DEAD), server=wrong)
    reason = "no answer; its companion mate ended with exit code 137 (out of memory)"
    assert failure(row) == (Outcome.FAILED, TrialPhase.VERIFY, reason, "flask's")
    row = run_trial(mate(), [LoadFailed(reason="a worker was lost")])
    assert row.reason == "a worker was lost"


def test_a_companion_that_never_gets_healthy_is_a_failed_start_and_no_server_starts() -> None:
    journal: Journal = []
    never = mate(healthy=TrialFailed("it was not healthy within 60 s"), journal=journal)
    store = FakeStore([])
    row = run_trial(never, journal=journal, store=store)
    reason = "its companion mate: it was not healthy within 60 s"
    assert failure(row) == (Outcome.FAILED, TrialPhase.START, reason, "the mate's log")
    assert journal == ["start mate", "healthy mate: true", "remove mate"]
    assert row.companions == (
        Companion(name="mate", image_id="sha256:mate", image_bytes=70_000_000),
    )
    assert row.raw == ("raw/1/mate.log",)


def test_a_companion_that_the_engine_refuses_is_a_failed_start() -> None:
    row = run_trial(mate(), refused={"mate": TrialFailed("mate: the engine refused its container")})
    reason = "mate: the engine refused its container"
    assert failure(row) == (Outcome.FAILED, TrialPhase.START, reason, None)


def test_a_companion_that_cannot_be_removed_is_a_doubt_about_a_measured_trial() -> None:
    row = run_trial(mate(), stays={"mate": TrialFailed("mate could not be removed")})
    assert row.outcome is Outcome.MEASURED
    assert [caveat.text for caveat in row.caveats] == [
        "an error after everything was measured: mate could not be removed"
    ]


def test_what_others_did_to_a_companion_under_load_is_a_doubt() -> None:
    row = run_trial(mate(interventions=("pause", "unpause")))
    assert [caveat.text for caveat in row.caveats] == [
        "something outside the lab acted on the companion mate's container under load: pause, "
        "unpause"
    ]


def test_ctrl_c_removes_the_companion_too() -> None:
    journal: Journal = []
    with pytest.raises(KeyboardInterrupt):
        run_trial(mate(), [KeyboardInterrupt()], journal=journal)
    assert journal[-3:] == ["unload flask", "remove flask", "remove mate"]


def test_the_image_of_a_companion_is_built_and_its_failure_is_that_of_the_trials() -> None:
    plan, journal = with_mate(planned(("flask",), repeats=2)), list[str]()
    engine = FakeEngine(journal, {}, broken={"mate": TrialFailed("the image of mate: no")})
    progress = JournalProgress(journal)
    images = build_all(plan.trials, engine, progress)
    generator = FakeGenerator(journal, (load_result(),))
    bench = fake_bench(journal, {}, generator, engine=engine, images=images, progress=progress)
    record = carried_out(LOAD, plan, run_record(plan), bench, lambda record: record)
    assert [(t.outcome, t.phase, t.reason) for t in record.trials] == [
        (Outcome.FAILED, TrialPhase.BUILD, "the image of mate: no")
    ] * 2


# --- what a reader is told ---


def test_a_companion_is_a_line_of_its_rows_details() -> None:
    used = Companion(
        name="mate", cpu=0.254, cpu_us_per_request=1234.5, memory_peak_bytes=45_400_000, start_s=1.5
    )
    trials = (
        trial_record(hold=totals(), companions=(used,)),
        trial_record(hold=totals(), repeat=2, companions=(replace(used, oom_killed=True),)),
        trial_record("bottle", hold=totals()),
        trial_record("tornado", outcome=Outcome.FAILED, companions=(Companion(name="mate"),)),
    )
    bottle, flask, tornado = groups(run_record(trials=trials), "json")
    assert companion_facts(bottle) == ()
    ((term, text),) = companion_facts(flask)
    assert term == "Companion mate"
    assert text.startswith("0.25 of a CPU while held, 1,234.5")
    assert text.endswith("at most 45 MB of memory, healthy after 1.50 s, out of memory")
    assert companion_facts(tornado) == (("Companion mate", "nothing of it was measured"),)
