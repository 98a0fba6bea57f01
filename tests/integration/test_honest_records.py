"""Records of real trials have no contradiction, even with faulty and slow servers."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from labwire.events import LoadFile, LoadResult, decode
from orchestrator.audit.raw import audit_raw
from orchestrator.audit.record import audit_record
from orchestrator.bench.raw import RawFiles
from orchestrator.experiments.load.conclude import concluded
from orchestrator.files.audit_files import locust_run
from orchestrator.model.finding import Kind
from orchestrator.model.trial import TrialRecord
from tests.integration.harness import RAMP, CountingServer, answer, run
from tests.unit.audit.records import CONTRACT, run_of, saw
from tests.unit.examples import trial_record


class Faulty(CountingServer):
    """Answers every seventh request with an error."""

    async def reply(self, writer: Any) -> bool:
        if self.requests % 7:
            return await super().reply(writer)
        writer.write(answer(status="503 Service Unavailable"))
        await writer.drain()
        return True


class Slow(CountingServer):
    """Answers after about the length of a step."""

    async def reply(self, writer: Any) -> bool:
        await asyncio.sleep(0.3 * (self.requests % 3))
        return await super().reply(writer)


@pytest.mark.parametrize(
    ("server", "options", "open_s"),
    [
        (CountingServer(), (), 0.5),
        (CountingServer(answer(extra="Connection: close\r\n")), (), 0),
        (Faulty(), (), 0),
        (Slow(), (), 0),
        (CountingServer(), ("--client=fasthttp",), 0),
    ],
    ids=["well, then an open loop", "closes", "faulty", "slow", "Locust's own users"],
)
def test_no_record_of_a_real_trial_contradicts_itself(
    tmp_path: Path, server: CountingServer, options: tuple[str, ...], open_s: float
) -> None:
    ramp = RAMP | {"open_s": open_s, "open_rate": 100 if open_s else None}
    trial, files = concluded_trial(run(server, *options, workers=2, ramp=ramp))
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    own = locust_run(tmp_path / "locust_stats.csv", tmp_path)
    found = [*audit_record(run_of(trial)), *audit_raw(trial, own, CONTRACT["json"])]
    assert [finding for finding in found if finding.kind is Kind.CONTRADICTION] == []


def concluded_trial(events: list[dict[str, Any]]) -> tuple[TrialRecord, dict[str, str]]:
    """The record that the bench makes from the master's events, without a Docker engine."""
    raw, results = RawFiles(), []
    for event in events:
        line = decode(json.dumps(event, separators=(",", ":")))
        if isinstance(line, LoadFile):
            raw.keep_file(line)
        elif isinstance(line, LoadResult):
            results.append(line)
    return concluded(trial_record(), results[0], saw()), dict(raw.files)
