"""Locust's own users count each request once, as the engine does, and as the server does."""

import asyncio
import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.harness import (
    RAMP,
    CountingServer,
    Trial,
    answer,
    check_counts,
    failures,
    locust,
    run,
    running,
)


@pytest.mark.parametrize("client", ["fasthttp", "http"])
@pytest.mark.parametrize("extra", ["", "Connection: close\r\n"], ids=["keep-alive", "close"])
def test_every_request_is_counted_once(client: str, extra: str) -> None:
    server = CountingServer(answer(extra=extra))
    result = run(server, f"--client={client}")[-1]
    check_counts(result, server.requests)
    assert not failures(result)
    assert all(step["idle"] is None for step in result["steps"])
    assert all(step["answered_users"] == step["users"] for step in result["steps"][:3])


CONTRACT = """\
[posted]
method = "POST"
path = "/orders"
headers = { Content-Type = "application/json", X-Kind = "a: b" }
request_body = '{"a":"é"}'
status = 200
content_type = "application/json"
body = '{"ok":true}'
"""


class Orders(CountingServer):
    """Takes POST with the contract's headers and body, and nothing else."""

    async def request(self, reader: asyncio.StreamReader) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (li.partition(": ") for li in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        return (first, headers["content-type"], headers["x-kind"], body) == (
            "POST /orders HTTP/1.1",
            "application/json",
            "a: b",
            '{"a":"é"}'.encode(),
        )


@pytest.mark.parametrize("client", ["engine", "fasthttp", "http"])
def test_each_client_sends_method_headers_and_body(
    client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = tmp_path / "contract.toml"
    contract.write_text(CONTRACT)
    monkeypatch.setenv("LAB_CONTRACT", str(contract))
    server = Orders(answer(body=b'{"ok":true}'))
    events = run(server, f"--client={client}", "--workload=posted")
    result = events[-1]
    check_counts(result, server.requests)
    assert not failures(result)
    assert result["locust"]["requests"] > 100
    files = {event["name"]: event["text"] for event in events if event["event"] == "file"}
    assert "\r\nPOST,/orders," in files["locust_stats.csv"]


class Redirecting(CountingServer):
    """Sends every client elsewhere. Elsewhere is the right answer."""

    async def request(self, reader: asyncio.StreamReader) -> bool:
        self.asked = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        return True

    async def reply(self, writer: asyncio.StreamWriter) -> bool:
        found = self.asked != b"/json"
        writer.write(answer() if found else answer("302 Found", b"", "Location: /there\r\n"))
        await writer.drain()
        return True


@pytest.mark.parametrize("client", ["engine", "fasthttp", "http"])
def test_no_client_follows_a_redirect(client: str) -> None:
    server = Redirecting()
    result = run(server, f"--client={client}")[-1]
    check_counts(result, server.requests)
    requests = sum(step["requests"] for step in result["steps"])
    assert requests > 0
    assert failures(result) == {"bad_status": requests}


def test_fasthttp_is_refused_more_users_than_its_file_descriptors_bear() -> None:
    with running(CountingServer()) as server, ExitStack() as stack:
        ramp = RAMP | {"users": [8, 901]}
        trial = Trial(stack, server.url, ramp, 1, "--client=fasthttp")
        events = list(trial.events())
    assert events[-1]["event"] == "failed"
    assert "901 users" in events[-1]["reason"]
    assert json.dumps(events).count("result") == 0


def test_an_open_loop_needs_the_engine() -> None:
    with running(CountingServer()) as server, ExitStack() as stack:
        ramp = RAMP | {"open_s": 1, "open_rate": 100}
        trial = Trial(stack, server.url, ramp, 1, "--client=http")
        events = list(trial.events())
    assert events[-1]["event"] == "failed"
    assert "--client engine" in events[-1]["reason"]


@pytest.mark.parametrize("options", [(), ("--rate=200",)], ids=["closed loop", "open loop"])
def test_without_workers_locusts_own_tables_are_right_too(options: tuple[str, ...]) -> None:
    with running(CountingServer()) as server:
        alone = ("--headless", "--users=4", "--spawn-rate=4", "--run-time=2s", "--json")
        with locust(*alone, f"--host={server.url}", *options) as process:
            said, _ = process.communicate(timeout=25)
    (entry,) = json.loads(said)
    assert (entry["name"], entry["num_failures"]) == ("/json", 0)
    assert 0 <= server.requests - entry["num_requests"] <= 4  # under way at the end
    if options:
        # Two seconds at 200/s, minus the time until users and schedule have started.
        assert 200 <= server.requests <= 410
