"""What was stolen from the CPUs of server and load."""

from dataclasses import replace
from pathlib import Path

import pytest

from labload.trial import stolen as module
from labload.trial.stolen import Stolen, reading, stolen
from labwire.procstat import CpuTicks
from labwire.settings import RampSettings

SETTINGS = RampSettings(
    users=(8,), step_s=1, settle_s=1, duration_s=3, connect_timeout_s=3, request_timeout_s=5
)
BEFORE = {cpu: CpuTicks(0, 0, 0) for cpu in range(4)}
AFTER = {
    0: CpuTicks(1, 100, 60),
    1: CpuTicks(7, 100, 80),
    2: CpuTicks(3, 100, 0),
    3: CpuTicks(90, 100, 0),
}


@pytest.mark.parametrize(
    ("server", "load", "found", "most"),
    [
        pytest.param(0, (1, 2), Stolen(0.01, 0.07, 0.6), 0.07, id="the worst of the load's"),
        pytest.param(1, (0, 2), Stolen(0.07, 0.03, 0.8), 0.07, id="the server's"),
        pytest.param(1, (1,), Stolen(0.07, 0.07, 0.8), 0.07, id="one CPU for both"),
        pytest.param(None, (), Stolen(None, None), None, id="no CPU is named"),
        pytest.param(None, (2,), Stolen(None, 0.03), 0.03, id="a server elsewhere"),
        pytest.param(9, (2, 9), Stolen(None, 0.03), 0.03, id="a CPU that is not there"),
    ],
)
def test_only_the_cpus_of_server_and_load_count(
    server: int | None, load: tuple[int, ...], found: Stolen, most: float | None
) -> None:
    settings = replace(SETTINGS, server_cpu=server, load_cpus=load)
    seen = stolen(settings, BEFORE, AFTER)
    assert (seen, seen.most) == (found, most)


def test_a_system_without_the_file_has_no_reading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert reading()
    monkeypatch.setattr(module, "PROC_STAT", tmp_path / "stat")
    assert reading() == {}
