"""`lab nanode` with a real engine: one framework on one CPU and 1 GB, and nothing left behind."""

from __future__ import annotations

import subprocess
from pathlib import Path

from orchestrator.adapters.bridge_rule import exists
from orchestrator.adapters.confinement import CGROUPS, NAME
from orchestrator.adapters.private_engine import BRIDGE, POOL
from orchestrator.experiments.ab.document import RECORD, read
from orchestrator.files import results_dir
from tests.conftest import ROOT

NETWORKS = Path("/sys/class/net")


def test_a_framework_is_measured_within_a_nanode(tmp_path: Path) -> None:
    networks = {path.name for path in NETWORKS.iterdir()}
    done = subprocess.run(
        [
            *(str(ROOT / ".venv/bin/lab"), "nanode", "starlette"),
            *("--workload", "json", "--seed", "1", "--results", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed because memory ran out: 0; moved to swap: 0 MiB" in done.stdout

    (folder,) = results_dir.runs(tmp_path)
    record = results_dir.load(folder)
    (trial,) = record.trials
    assert (record.profile.name, record.layout.shared, record.host.cpus) == ("nanode", True, 1)
    assert record.host.memory_bytes == 2**30
    assert record.memory is not None
    assert record.memory.of == f"cgroup {NAME}"
    assert record.memory.peak_bytes
    assert 50 * 2**20 < record.memory.peak_bytes < 2**30
    assert (record.memory.oom_kills, record.memory.swapped_bytes) == (0, 0)
    assert "colocated" in {caveat.code for caveat in record.caveats}
    assert trial.limited_by != "server-cpu"
    (row,) = trial.open_loop
    assert (row.rate, row.of_capacity, row.connections) == (250.0, None, 8)
    assert row.cpu_us_per_request
    assert row.cpu_us_per_request > 10
    assert "json: what a request costs at 250 requests/s" in done.stdout

    # The host's engine is unchanged, and nothing of the lab's own engine is left.
    assert {path.name for path in NETWORKS.iterdir()} == networks
    assert BRIDGE not in networks
    assert not [path for path in (CGROUPS / NAME, *CGROUPS.glob(f"*/{NAME}")) if path.exists()]
    assert not (ROOT / ".lab" / "nanode").exists()
    assert not (ROOT / ".lab" / "nanode-engine").exists()
    usual = subprocess.run(["docker", "version"], capture_output=True, check=False)
    assert usual.returncode == 0


def test_two_sides_are_compared_within_a_nanode(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(str(ROOT / ".venv/bin/lab"), "nanode", "bottle", "--base", "here", "--head", "here"),
            *("--budget", "15s", "--seed", "1", "--results", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed because memory ran out: 0; moved to swap: 0 MiB" in done.stdout
    (file,) = tmp_path.glob(f"ab-*/{RECORD}")
    record = read(file.read_bytes(), RECORD)
    assert record.failure is None
    assert (record.layout.shared, record.host.cpus) == (True, 1)
    assert record.launches
    assert not exists(POOL), "the rule of the packet filter was left behind"
