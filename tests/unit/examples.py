"""Small, complete examples of the lab's values. Tests change the parts that they test."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hdrh.histogram import HdrHistogram

from labwire.events import LoadResult, LoadStep, LocustOwn, Tick
from labwire.exchange import Request, RightAnswer
from labwire.expectation import Expectation
from labwire.histogram import DIGITS, HIGHEST_US, LOWEST_US
from labwire.phase import LoadPhase, RampEnd
from orchestrator.contract import Answer, Distribution, Probe
from orchestrator.experiments.load.observed import Observed
from orchestrator.experiments.load.plan import plan
from orchestrator.model.entry import ContainerSpec, Entry, Interface, Manifest, ServiceSet
from orchestrator.model.host import Host
from orchestrator.model.placement import Network, Placement
from orchestrator.model.record import SCHEMA, RunRecord
from orchestrator.model.sample import Sample
from orchestrator.model.settings import Plan, Settings
from orchestrator.model.together import REFERENCE, Together, TogetherLaunch
from orchestrator.model.trial import (
    OpenLoop,
    Outcome,
    Package,
    Resources,
    Server,
    Step,
    Totals,
    TrialRecord,
)
from orchestrator.ports import ContainerState, Image
from orchestrator.stats.histogram import encoded


def expectation(workload: str, path: str, content_type: str, body: str) -> Expectation:
    return Expectation(
        workload=workload,
        request=Request(path=path),
        right=RightAnswer(
            status=200, content_type=content_type.encode("ascii"), body=body.encode()
        ),
    )


JSON = expectation("json", "/json", "application/json", '{"a":1}')
TEXT = expectation("text", "/text", "text/plain", "Hello World")
PLACEMENT = Placement(server_cpu=1, load_cpus=(0,), smt_shared=False, network=Network.LOOPBACK)
LAYOUT = PLACEMENT.layout


def manifest(service: str = "flask", **changes: Any) -> Manifest:
    example = Manifest(
        id=service,
        folder=service,
        name=service.title(),
        sets=(ServiceSet.OF_2019,),
        server="werkzeug",
        interface=Interface.WSGI,
        workers=1,
        threads="1",
        keep_alive=True,
        backlog=128,
        event_loop="",
        http_parser="http.server",
        packages=(service, "ujson"),
        deployment="https://example.org/deploy",
        homepage="https://example.org/",
        source=f"https://github.com/example/{service}",
        notes=("a note",),
    )
    return replace(example, **changes)


def container(service: str = "flask", **changes: Any) -> ContainerSpec:
    example = ContainerSpec(
        service=service,
        image=f"weblab/{service}:local",
        base_image="python:3.13-slim",
        command=None,
        cpus=1.0,
        cpuset="1",
        memory_bytes=2**30,
        memory_swap_bytes=2**30,
        nofile=20_000,
        user="10001:10001",
        pids_limit=10_000,
        read_only=True,
        tmpfs=("/tmp:size=64m",),
        cap_drop=("ALL",),
        security_opt=("no-new-privileges:true",),
        init=True,
    )
    return replace(example, **changes)


def entry(service: str = "flask") -> Entry:
    return Entry(manifest=manifest(service), container=container(service))


def settings(**changes: Any) -> Settings:
    example = Settings(
        services=("flask",),
        workloads=("json",),
        profile="smoke",
        duration_s=None,
        max_users=None,
        repeats=1,
        seed=1,
        network=Network.LOOPBACK,
    )
    return replace(example, **changes)


def planned(services: Sequence[str] = ("flask",), **changes: Any) -> Plan:
    return plan(
        settings(services=tuple(services), **changes),
        {service: entry(service) for service in services},
        {"json": JSON, "text": TEXT},
        PLACEMENT,
        container("locust"),
        container("locust-worker"),
    )


def probe(service: str = "flask", *answers: Answer) -> Probe:
    return Probe(
        answered_at=990.5,
        answers=answers or (answer(), answer()),
        python="3.13.1 (main)",
        distributions={
            service: distribution("3.1.0", requires_python=">=3.9"),
            "ujson": distribution("5.10.0"),
            "unrelated": distribution("1.0"),
            "pip": distribution("25.1"),
        },
        nofile=20_000,
    )


def distribution(version: str = "1.0", **changes: Any) -> Distribution:
    return replace(Distribution(version=version, requires_python=None), **changes)


def answer(expected: Expectation = JSON, **changes: Any) -> Answer:
    example = Answer(
        request=expected.request,
        status=expected.right.status,
        content_type=f"{expected.right.content_type.decode()}; charset=utf-8",
        body=expected.right.body,
        keep_alive=True,
    )
    return replace(example, **changes)


def histogram(latencies_us: Mapping[int, int]) -> str:
    found = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    for latency_us, count in latencies_us.items():
        found.record_value(latency_us, count)
    return encoded(found)


def load_step(
    index: int,
    phase: str,
    users: int,
    latencies_us: Mapping[int, int],
    **changes: Any,
) -> LoadStep:
    """A step of one second; the step with index 0 begins at 1000."""
    failures: Mapping[str, int] = changes.get("failures", {})
    successes = sum(latencies_us.values())
    example = LoadStep(
        index=index,
        phase=LoadPhase(phase),
        users=users,
        started_at=1_000.0 + index,
        duration_s=1.0,
        requests=successes + sum(failures.values()),
        failures={},
        completed=successes,
        unfinished=0,
        histogram=histogram(latencies_us),
        all_histogram=histogram(latencies_us),
        pending=0,
        pending_histogram=histogram({}),
        answered_users=users,
        in_flight=1.0,
        connects=0,
        connect_s=0.0,
        server_closes=0,
    )
    return replace(example, **changes)


def open_step(index: int, rate: float, latencies_us: Mapping[int, int], **changes: Any) -> LoadStep:
    """An open loop of one second over 16 connections."""
    example = load_step(
        index,
        "open",
        16,
        latencies_us,
        rate=rate,
        in_flight=None,
        service_histogram=histogram(latencies_us),
        late_histogram=histogram({100: 1}),
    )
    return replace(example, **changes)


def load_result(**changes: Any) -> LoadResult:
    """550 requests in 5 s, 10 of them failed; the hold lasts 2 s at 8 users."""
    example = LoadResult(
        started_at=1_000.0,
        duration_s=5.0,
        workers=1,
        ramp_ended=RampEnd.DROPS,
        best_index=0,
        best_had_drops=False,
        steps=(
            load_step(0, "ramp", 8, {1000: 100}),
            load_step(1, "ramp", 16, {2000: 150}, failures={"reset": 10, "eof": 0}, unfinished=3),
            load_step(2, "settle", 8, {1000: 90}),
            # Ten requests that began while settling end within the hold.
            load_step(3, "hold", 8, {1000: 198, 5000: 2}, duration_s=2.0, completed=210),
        ),
        unfinished=3,
        connects=24,
        server_closes=1,
        locust=LocustOwn(requests=550, failures=10, rps=109.5, median_ms=1.0, exceptions=0),
    )
    return replace(example, **changes)


IMAGE = Image(id="sha256:1", size_bytes=130_000_000, base="official")
STATE = ContainerState(running=True, exit_code=0, oom_killed=False, restarts=0, started_at=990.0)


def sample(at: float, cpu_s: float, memory_bytes: int = 0, throttled_s: float = 0.0) -> Sample:
    return Sample(at=at, cpu_s=cpu_s, memory_bytes=memory_bytes, throttled_s=throttled_s)


def observed(server: Sequence[Sample] = (), *workers: Sequence[Sample], **changes: Any) -> Observed:
    """What the bench observed in a successful trial."""
    example = Observed(
        server=server,
        workers=workers,
        idle=None,
        state=STATE,
        image=IMAGE,
        start_s=0.5,
        listen_overflows=None,
        one_namespace=True,
        shared=False,
    )
    return replace(example, **changes)


def step(**changes: Any) -> Step:
    """A hold of one second in which neither server nor load generator was full."""
    example = Step(
        phase="hold",
        started_s=0.0,
        duration_s=1.0,
        users=8,
        requests=100,
        failures=0,
        failures_by_kind={},
        unfinished=0,
        goodput_rps=100.0,
        median_ms=1.0,
        p99_ms=2.0,
        server_cpu=None,
        loadgen_cpu=None,
    )
    return replace(example, **changes)


def open_loop_row(rate: float = 250.0, **changes: Any) -> OpenLoop:
    """A server that kept up with the rate."""
    example = OpenLoop(
        rate=rate,
        of_capacity=None,
        started_s=120.0,
        duration_s=8.0,
        connections=64,
        requests=2_000,
        failures=0,
        failures_by_kind={},
        unfinished=0,
        goodput_rps=rate,
        median_ms=1.0,
        p90_ms=2.0,
        p99_ms=3.0,
        p999_ms=4.0,
        max_ms=5.0,
        all_p99_ms=3.0,
        all_max_ms=5.0,
        service_median_ms=0.9,
        service_p99_ms=2.5,
        service_max_ms=4.5,
        late_p99_ms=0.2,
        late_max_ms=0.5,
        server_cpu=0.25,
        loadgen_cpu=0.2,
        loadgen_idle=0.8,
        connects=0,
        limited_by="schedule",
        histogram=histogram({1000: 2_000}),
    )
    return replace(example, **changes)


def resources(**changes: Any) -> Resources:
    example = Resources(
        cpu_us_per_request=81.4,
        memory_idle_bytes=20_000_000,
        memory_peak_bytes=41_600_000,
        image_bytes=130_000_000,
        start_s=0.5,
        stop_s=0.1,
        throttled_s=0.0,
        oom_killed=False,
        restarts=0,
    )
    return replace(example, **changes)


def tick(**changes: Any) -> Tick:
    example = Tick(
        at=1_001.0,
        elapsed_s=1.0,
        phase=LoadPhase.RAMP,
        index=0,
        users=1024,
        requests=5_000,
        failures=3,
        rps=4_321.5,
        p50_ms=1.25,
        p99_ms=150.4,
    )
    return replace(example, **changes)


def totals(**changes: Any) -> Totals:
    example = Totals(
        requests=1_000,
        failures=0,
        duration_s=10.0,
        rps=100.0,
        goodput_rps=100.0,
        median_ms=1.5,
        p90_ms=2.0,
        p99_ms=3.0,
        p999_ms=4.0,
        max_ms=5.0,
    )
    return replace(example, **changes)


def server(name: str = "Flask", **changes: Any) -> Server:
    example = Server(
        name=name,
        server="werkzeug",
        workers=1,
        threads="1",
        keep_alive=True,
        backlog=128,
        interface="WSGI",
        event_loop="",
        http_parser="http.server",
        framework="flask",
        deployment="https://example.org/deploy",
        notes=("a note",),
    )
    return replace(example, **changes)


def package(name: str = "flask", **changes: Any) -> Package:
    example = Package(
        name=name,
        version="3.1.0",
        requires_python=">=3.9",
        dependencies=7,
        install_bytes=3_000_000,
    )
    return replace(example, **changes)


def trial_record(service: str = "flask", repeat: int = 1, **changes: Any) -> TrialRecord:
    example = TrialRecord(
        service=service,
        workload="json",
        repeat=repeat,
        order=1,
        outcome=Outcome.MEASURED,
        server=server(service.title()),
    )
    return replace(example, **changes)


def host(**changes: Any) -> Host:
    example = Host(
        cpu_model="Example CPU",
        cpus=2,
        memory_bytes=4 * 2**30,
        kernel="6.1.0",
        os="Debian 12",
        cgroup_version="2",
        docker_version="28.0.0",
        compose_version="2.40.0",
        lab_version="0.1.0",
        lab_commit="abc123",
        nofile=999_999,
        load_average=0.1,
        steal=0.0,
    )
    return replace(example, **changes)


def run_record(plan: Plan | None = None, **changes: Any) -> RunRecord:
    plan = plan or planned()
    example = RunRecord(
        schema=SCHEMA,
        run_id="2026-03-02-abcdef",
        started_at="2026-03-02T12:00:00Z",
        finished_at=None,
        command="lab run flask",
        seed=plan.settings.seed,
        settings=plan.settings,
        profile=plan.loading.profile,
        host=host(),
        layout=plan.loading.placement.layout,
    )
    return replace(example, **changes)


def together(
    costs_us: Mapping[str, float], factors: Sequence[float] = (1.0, 1.02, 0.98), **changes: Any
) -> Together:
    """Launches of two slices in which a request to each server costs so much, times the factor.

    ``costs_us``: of each server, the reference included.
    """
    example = Together(
        workload="json",
        services=tuple(name for name in costs_us if name != REFERENCE),
        rate=400.0,
        requests=30,
        launches=tuple(
            TogetherLaunch(
                seed=number,
                order=tuple(costs_us),
                at_s=10.0 * number,
                slices=({name: us * factor for name, us in costs_us.items()},) * 2,
            )
            for number, factor in enumerate(factors, 1)
        ),
    )
    return replace(example, **changes)
