"""What a hypervisor took from the CPUs of server and load during a stage, and what was used."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labwire.procstat import PATH, CpuTicks, cpu_ticks, most_stolen, steal, used
from labwire.settings import RampSettings

PROC_STAT = Path(PATH)
"""A container reads the counters of its host here. A test gives other ones."""

Reading = Mapping[int, CpuTicks]


@dataclass(frozen=True, slots=True)
class Stolen:
    """Shares of a stage's time; None if unknown."""

    server: float | None = None
    """Of the server's CPU."""
    load: float | None = None
    """Of that CPU of the load from which most was stolen."""
    server_used: float | None = None
    """Of the server's CPU, in which anything ran on it: the server, and all others."""

    @property
    def most(self) -> float | None:
        """The larger of the two: either one slows the closed loop."""
        return most_stolen((self.server, self.load))


UNKNOWN = Stolen()


def reading() -> Reading:
    """The host's counters now; empty on a system that has none."""
    try:
        return cpu_ticks(PROC_STAT.read_text(encoding="ascii"))
    except OSError:
        return {}


def stolen(settings: RampSettings, before: Reading, after: Reading) -> Stolen:
    """What was stolen and used between two readings of the CPUs that the settings name."""

    def of(cpu: int | None) -> float | None:
        return None if cpu is None else steal(before.get(cpu), after.get(cpu))

    cpu = settings.server_cpu
    return Stolen(
        server=of(cpu),
        load=most_stolen(of(cpu) for cpu in settings.load_cpus),
        server_used=None if cpu is None else used(before.get(cpu), after.get(cpu)),
    )
