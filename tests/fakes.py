"""Fakes of the ports that the bench needs. They write all calls into a shared journal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from labload.counts.hdr import histogram
from labwire.events import LoadEvent, LoadStep, Tick
from labwire.exchange import Request
from labwire.expectation import Expectation
from labwire.slices import Served, Slice
from orchestrator.bench.bench import Bench
from orchestrator.contract import Answer, Probe
from orchestrator.errors import LabError, TrialFailed, tail
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.observed import Observed, Process
from orchestrator.model.outlook import Outlook
from orchestrator.model.record import RunRecord
from orchestrator.model.sample import CpuModes, Sample
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.model.trial import TrialRecord
from orchestrator.model.variant import Made, Variant
from orchestrator.ports import (
    Clock,
    Container,
    ContainerState,
    Engine,
    Image,
    InstructionCounter,
    Load,
    LoadGenerator,
    Progress,
    RawStore,
    SliceLoad,
    UnderCallgrind,
)

Journal = list[str]
RUNNING = ContainerState(running=True, exit_code=0, oom_killed=False, restarts=0, started_at=990.0)


class FakeCounter:
    """Counts what it was told to count."""

    def __init__(self, journal: Journal, by: CountedBy, instructions: int | LabError) -> None:
        self._journal = journal
        self._by = by
        self._instructions = instructions

    def begin(self) -> None:
        self._journal.append(f"begin {self._by}")

    def counted(self) -> int:
        self._journal.append(f"counted {self._by}")
        if isinstance(self._instructions, LabError):
            raise self._instructions
        return self._instructions


class FakeContainer:
    """A container with prepared answers. It gives no samples once they are used up."""

    def __init__(
        self,
        name: str,
        probe: Probe | TrialFailed | None = None,
        *,
        state: ContainerState | TrialFailed = RUNNING,
        before: ContainerState = RUNNING,
        interventions: Sequence[str] = (),
        samples: Sequence[Sample] = (),
        install_bytes: Mapping[str, int | None] | None = None,
        listen_overflows: Sequence[int | None] = (),
        cpu_s: Sequence[float | LabError] = (),
        cpu_modes: Sequence[CpuModes] = (),
        reply: Answer | None = None,
        instructions: int | LabError = 0,
        log: str = "",
        stop_s: float | BaseException = 0.25,
        healthy: float | TrialFailed = 991.5,
        lost_to_memory: bool = False,
        processes: Sequence[tuple[Process, ...] | None] = (),
        observed: Observed | BaseException | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.id = f"id-of-{name}"
        self.name = self.host = name
        self.port = 8000
        self._probe = probe
        self._state = state
        self._before: ContainerState | None = before
        self._interventions = tuple(interventions)
        self._samples = list(samples)
        self._install_bytes = install_bytes
        self._listen_overflows = list(listen_overflows)
        self._cpu_s = list(cpu_s)
        self._cpu_modes = list(cpu_modes)
        self._reply = reply
        self._instructions = instructions
        self._log = log
        self._processes = list(processes)
        self._observed = observed or Observed()
        self._stop_s = stop_s
        self._healthy = healthy
        self._lost_to_memory = lost_to_memory
        self._journal = [] if journal is None else journal

    def probe(self, requests: Sequence[Request], wait_s: float) -> Probe:
        self._journal.append(f"verify {self.name} {' '.join(one.path for one in requests)}")
        if isinstance(self._probe, TrialFailed):
            raise self._probe
        assert self._probe is not None
        return self._probe

    def ask(self, requests: Sequence[Request], within_s: float) -> tuple[Answer, ...]:
        self._journal.append(f"ask {self.name} {requests[0].path} {len(requests)} times")
        assert self._reply is not None
        return (self._reply,) * len(requests)

    @contextmanager
    def counter(self, by: CountedBy) -> Iterator[FakeCounter]:
        yield FakeCounter(self._journal, by, self._instructions)

    def install_bytes(self) -> dict[str, int | None] | None:
        return None if self._install_bytes is None else dict(self._install_bytes)

    def sample(self) -> Sample | None:
        return self._samples.pop(0) if self._samples else None

    def processes(self) -> tuple[Process, ...] | None:
        return self._processes.pop(0) if self._processes else None

    def observed(
        self, expectations: Sequence[Expectation], connections: int, within_s: float
    ) -> Observed:
        paths = " ".join(one.request.path for one in expectations)
        self._journal.append(f"observe {self.name} by {connections} connections: {paths}")
        if isinstance(self._observed, BaseException):
            raise self._observed
        return self._observed

    def cpu_s(self) -> float:
        """The next prepared value; TrialFailed once they are used up."""
        value = self._cpu_s.pop(0) if self._cpu_s else TrialFailed(f"{self.name} does not run")
        if isinstance(value, LabError):
            raise value
        return value

    def cpu_modes(self) -> CpuModes | None:
        """The next prepared value; None once they are used up."""
        return self._cpu_modes.pop(0) if self._cpu_modes else None

    def listen_overflows(self) -> int | None:
        return self._listen_overflows.pop(0) if self._listen_overflows else None

    def state(self) -> ContainerState:
        """At the first call the state before the load, then the state after it."""
        if self._before is not None and not isinstance(self._probe, TrialFailed):
            before, self._before = self._before, None
            return before
        if isinstance(self._state, TrialFailed):
            raise self._state
        return self._state

    def healthy(self, check: Sequence[str], within_s: float) -> float:
        self._journal.append(f"healthy {self.name}: {' '.join(check)}")
        if isinstance(self._healthy, TrialFailed):
            raise self._healthy
        return self._healthy

    def lost_to_memory(self, since: float) -> bool:
        return self._lost_to_memory

    def interventions(self, since: float) -> tuple[str, ...]:
        return self._interventions

    def last_words(self) -> str:
        try:
            return tail(self.logs())
        except TrialFailed:
            return ""

    def logs(self) -> str:
        return self._log

    def stop(self) -> float:
        self._journal.append(f"stop {self.name}")
        if isinstance(self._stop_s, BaseException):
            raise self._stop_s
        return self._stop_s


class FakeConversation:
    """Says these lines, and keeps what it is told."""

    def __init__(self, *lines: str, container: FakeContainer | None = None) -> None:
        self.container = container or FakeContainer("speaker")
        self.told: list[str] = []
        self._lines = list(lines)

    def say(self, line: str) -> None:
        self.told.append(line)

    def hear(self, within_s: float) -> str:
        return self._lines.pop(0)


@dataclass(frozen=True, slots=True)
class FakePrepared:
    """A fake container that does not run yet."""

    container: FakeContainer
    begin: Callable[[], None]


class FakeEngine:
    """Builds all services except ``broken``, and starts all except ``refused``."""

    def __init__(
        self,
        journal: Journal,
        servers: Mapping[str, FakeContainer],
        *,
        broken: Mapping[str, TrialFailed] | None = None,
        refused: Mapping[str, TrialFailed] | None = None,
        stays: Mapping[str, BaseException] | None = None,
        counts_by: CountedBy = CountedBy.CALLGRIND,
    ) -> None:
        """``stays``: the error of removing a container after its block ended without an error."""
        self._stays = stays or {}
        self._counts_by = counts_by
        self._journal = journal
        self._servers = servers
        self._broken = broken or {}
        self._refused = refused or {}

    def build(self, service: str) -> Image:
        self._journal.append(f"build {service}")
        if service in self._broken:
            raise self._broken[service]
        return Image(id=f"sha256:{service}", size_bytes=130_000_000, base="official")

    def build_variant(self, variant: Variant) -> Made:
        name = f"{variant.service}:variant"
        self._journal.append(f"build {name}{' with valgrind' * variant.valgrind}")
        if variant.service in self._broken:
            raise self._broken[variant.service]
        return Made(name=name, id=f"sha256:{name}", base="official")

    def watched(self, spec: ContainerSpec) -> ContainerSpec:
        self._journal.append(f"watch {spec.service}")
        return spec

    def counts_by(self) -> CountedBy:
        return self._counts_by

    def under_callgrind(self, spec: ContainerSpec) -> UnderCallgrind:
        self._journal.append(f"{spec.image} under callgrind")
        return UnderCallgrind(container=spec, note="changed for callgrind")

    @contextmanager
    def prepared(
        self, spec: ContainerSpec, *, beside: Container | None = None, suffix: str = ""
    ) -> Iterator["FakePrepared"]:
        with ExitStack() as stack:

            def begin() -> None:
                stack.enter_context(self.start(spec, beside=beside, suffix=suffix))

            yield FakePrepared(self._servers[spec.service], begin)

    @contextmanager
    def start(
        self, spec: ContainerSpec, *, beside: Container | None = None, suffix: str = ""
    ) -> Iterator[FakeContainer]:
        where = f" beside {beside.host}" if beside is not None else ""
        seed = spec.environment.get("PYTHONHASHSEED")
        where += f" with hash seed {seed}" if seed is not None else ""
        self._journal.append(f"start {spec.service}{suffix}{where}")
        if spec.service in self._refused:
            raise self._refused[spec.service]
        try:
            yield self._servers[spec.service]
        finally:
            self._journal.append(f"remove {spec.service}")
        if spec.service in self._stays:
            raise self._stays[spec.service]

    @contextmanager
    def conversation(
        self,
        spec: ContainerSpec,
        command: Sequence[str],
        *,
        beside: Container | None = None,
        suffix: str = "",
    ) -> Iterator[FakeConversation]:
        where = f" beside {beside.host}" if beside is not None else ""
        self._journal.append(f"talk to {spec.service}{suffix}{where}: {' '.join(command)}")
        yield FakeConversation()

    @contextmanager
    def network(self) -> Iterator[str]:
        self._journal.append("a bridge")
        yield "bridge"
        self._journal.append("no more bridge")

    def output(
        self,
        spec: ContainerSpec,
        command: Sequence[str],
        *,
        within_s: float,
        beside: Container | None = None,
    ) -> str:
        where = f" beside {beside.host}" if beside is not None else ""
        self._journal.append(f"{spec.service}{where}: {' '.join(command)}")
        return f"what {spec.service} printed"


class FakeLoad:
    """Yields the events of its script, or raises an exception in it."""

    def __init__(
        self, script: Sequence[LoadEvent | BaseException], workers: Sequence[FakeContainer]
    ) -> None:
        self._script = script
        self.workers = workers

    def events(self) -> Iterator[LoadEvent]:
        for event in self._script:
            if isinstance(event, BaseException):
                raise event
            yield event

    def logs(self) -> dict[str, str]:
        return {"master": "the master's log", "worker-1": "the worker's log"}


class FakeSliceLoad:
    """Answers each command with the next slice, or raises an exception in its place.

    Without a script, a closed loop goes well: 1,000 requests/s.
    """

    def __init__(
        self,
        journal: Journal,
        slices: Sequence[Slice | BaseException],
        saturated: Sequence[Slice] = (),
    ) -> None:
        self._journal = journal
        self._slices, self._saturated = list(slices), list(saturated)
        self.within_s: list[float] = []

    def aim(
        self,
        servers: Sequence[Container],
        *,
        within_s: float,
        workload: str | None = None,
        connections: int | None = None,
    ) -> None:
        self._journal.append(f"aim {' '.join(server.host for server in servers)}")
        self.within_s.append(within_s)

    def spread(self, requests: int, rate: float, seed: int) -> Slice:
        self._journal.append(f"spread {requests} {rate:g} {seed}")
        return self._next()

    def saturate(self, server: int, connections: int, seconds: float) -> Slice:
        self._journal.append(f"saturate {server} {connections} {seconds:g}")
        if self._saturated:
            return self._saturated.pop(0)
        done = round(1000 * seconds)
        served = Served(
            requests=done,
            failures={},
            completed=done,
            connects=0,
            histogram=histogram({1000: done}),
        )
        return Slice(servers=(served,), duration_s=seconds, idle=0.5)

    def _next(self) -> Slice:
        found = self._slices.pop(0)
        if isinstance(found, BaseException):
            raise found
        return found


class FakeCommanded:
    """Carries out each command with the next step of its script; the last is used again."""

    def __init__(
        self, journal: Journal, server: str, script: Sequence[LoadStep | BaseException]
    ) -> None:
        self._journal = journal
        self._server = server
        self._script = list(script)

    def step(self, seconds: float) -> LoadStep:
        self._journal.append(f"step {self._server} {seconds:g}")
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(step, BaseException):
            raise step
        return step

    def logs(self) -> dict[str, str]:
        return {"master": "the master's log", "worker-1": "the worker's log"}


class FakeGenerator:
    """Gives each load the next script. The last script is used again."""

    def __init__(
        self,
        journal: Journal,
        *scripts: Sequence[LoadEvent | BaseException],
        workers: Sequence[FakeContainer] = (),
        slices: Sequence[Slice | BaseException] = (),
        saturated: Sequence[Slice] = (),
        steps: Sequence[Sequence[LoadStep | BaseException]] = (),
    ) -> None:
        """``slices`` answer `spread`, ``saturated`` answer `saturate`; without these it goes well.

        ``steps``: scripts of commanded loads.
        """
        self._journal = journal
        self._scripts = list(scripts)
        self._workers = workers
        self._slices, self._saturated = slices, saturated
        self._steps = list(steps)

    @contextmanager
    def commanded(
        self, server: Container, workload: str, loading: Loading
    ) -> Iterator[FakeCommanded]:
        self._journal.append(f"load {server.host} {workload}")
        script = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        try:
            yield FakeCommanded(self._journal, server.host, script)
        finally:
            self._journal.append(f"unload {server.host}")

    @contextmanager
    def at(self, server: Container, workload: str, loading: Loading) -> Iterator[FakeLoad]:
        self._journal.append(f"load {server.host} {workload}")
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        try:
            yield FakeLoad(script, self._workers)
        finally:
            self._journal.append(f"unload {server.host}")

    @contextmanager
    def slices(self, workload: str, loading: Loading) -> Iterator[FakeSliceLoad]:
        self._journal.append(f"slices {workload}")
        try:
            yield FakeSliceLoad(self._journal, self._slices, self._saturated)
        finally:
            self._journal.append("no more slices")


class FakeStore:
    """Keeps every version of the record, and the raw files of the last attempt at each trial."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.versions: list[RunRecord] = []
        self.raw: dict[tuple[str, str, int], dict[str, str]] = {}

    def save(self, record: RunRecord) -> None:
        self.versions.append(record)
        self._journal.append(f"save {' '.join(trial.outcome for trial in record.trials)}")

    def save_raw(self, trial: PlannedTrial, files: Mapping[str, str]) -> tuple[str, ...]:
        self.raw[trial.key] = dict(files)
        return tuple(sorted(f"raw/{trial.order}/{name}" for name in files))


def fake_bench(
    journal: Journal,
    servers: Mapping[str, FakeContainer],
    load: LoadGenerator,
    **changes: Any,
) -> Bench:
    """A bench with an image of each server and without progress output."""
    example = Bench(
        engine=FakeEngine(journal, servers),
        load=load,
        containers={},
        images={
            name: Image(id=f"sha256:{name}", size_bytes=130_000_000, base="official")
            for name in servers
        },
        setup_s=2.5,
        raw=FakeStore(journal),
        clock=FakeClock(),
        progress=JournalProgress(journal),
    )
    return replace(example, **changes)


class FakeClock:
    """Each call moves the time by a second."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        self._now += 1
        return self._now

    def utc(self) -> str:
        return "2026-03-02T12:00:00Z"


class NullProgress:
    """Shows nothing."""

    def run_begins(self, outlook: Outlook, where: str) -> None: ...

    def note(self, text: str) -> None: ...

    def trial_begins(self, trial: PlannedTrial) -> None: ...

    def tick(self, tick: Tick, server_cpu: float | None) -> None: ...

    def trial_ends(self, record: TrialRecord) -> None: ...

    def run_ends(self) -> None: ...


class JournalProgress(NullProgress):
    """Writes the messages for people into the journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def note(self, text: str) -> None:
        self._journal.append(f"note {text}")

    def trial_begins(self, trial: PlannedTrial) -> None:
        self._journal.append(f"trial begins: {trial.entry.manifest.id}")

    def tick(self, tick: Tick, server_cpu: float | None) -> None:
        self._journal.append(f"tick {tick.users} {server_cpu}")

    def trial_ends(self, record: TrialRecord) -> None:
        self._journal.append(f"trial ends: {record.service} {record.outcome}")

    def run_ends(self) -> None:
        self._journal.append("run ends")


if TYPE_CHECKING:
    _container: Container = FakeContainer("")
    _counter: InstructionCounter = FakeCounter([], CountedBy.PERF, 0)
    _load: Load = FakeLoad((), ())
    _slices: SliceLoad = FakeSliceLoad([], ())
    _engine: Engine = FakeEngine([], {})
    _generator: LoadGenerator = FakeGenerator([])
    _store: RawStore = FakeStore([])
    _clock: Clock = FakeClock()
    _progress: Progress = NullProgress()
