"""`docker compose up flask locust` from start to end, and refusals of wrong uses."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator

import docker
import pytest

from orchestrator.adapters.docker_engine import DockerEngine
from tests.browser.interactive import ROOT, compose, get, log_when, post, summary_when

MINE: dict[str, str | list[str] | bool] = {"label": "com.docker.compose.project=weblab"}


@pytest.fixture
def clean(engine: DockerEngine) -> Iterator[None]:
    for service in ("flask", "starlette", "locust"):
        engine.build(service)
    yield
    compose("down", "--timeout", "5")
    assert nothing_is_left()


def nothing_is_left() -> bool:
    client = docker.from_env()
    left = [
        client.containers.list(all=True, ignore_removed=True, filters=MINE),
        client.networks.list(filters=MINE),
        client.volumes.list(filters=MINE),
    ]
    return left == [[], [], []]


def exit_codes() -> dict[str, int]:
    containers = docker.from_env().containers.list(all=True, ignore_removed=True, filters=MINE)
    return {
        container.labels["com.docker.compose.service"]: container.attrs["State"]["ExitCode"]
        for container in containers
    }


def test_the_page_shows_the_framework_that_was_named(clean: None) -> None:
    compose("up", "--detach", "flask", "locust")
    found = summary_when(lambda seen: seen["users"]["answered"] == 64)
    assert found["test"]["framework"] == "flask"
    assert found["failures"] == {}
    assert found["users"] == {"wanted": 64, "users": 64, "answered": 64}
    assert found["locust"]["agrees"]
    assert 0 < found["load_generator"]["idle"] < 1
    numbers = json.loads(get("/stats/requests") or "")
    assert [row["name"] for row in numbers["stats"]] == ["/json", "Aggregated"]
    assert [worker["state"] for worker in numbers["workers"]] == ["running"]
    assert b"Locust" in (get("/") or "").encode()


def test_ctrl_c_ends_everything_at_once_and_down_removes_it(clean: None) -> None:
    with subprocess.Popen(
        ["docker", "compose", "--ansi=never", "up", "flask", "locust"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as up:
        summary_when(lambda seen: seen["duration_s"] > 1)
        up.send_signal(signal.SIGINT)
        said, _ = up.communicate(timeout=60)
    assert "Gracefully" in said
    # 143: ended by SIGTERM. A container that was killed after ten seconds would have 137.
    assert exit_codes() == {
        "flask": 143, "locust": 0, "locust-worker": 0, "one-framework-at-a-time": 0,
        "values-locust-can-use": 0,
    }  # fmt: skip
    logs = compose("logs", "--no-color").stdout
    assert "Traceback" not in logs
    assert "flask, json: closed loop, 64 users" in logs
    assert "Locust was stopped during the test" in logs
    assert "make bench" in logs
    compose("down")
    assert nothing_is_left()


def test_a_new_test_from_the_page_is_not_ended_by_the_first_tests_timer(
    clean: None,
) -> None:
    compose("up", "--detach", "flask", "locust", LAB_RUN_TIME="6s", LAB_USERS="4")
    first = summary_when(lambda seen: seen["requests"] > 0)
    assert first["users"]["wanted"] == 4
    post("/stop")
    stopped = summary_when(lambda seen: seen["state"] == "stopped")
    assert stopped["requests"] >= first["requests"]
    assert stopped["locust"]["agrees"]
    post("/swarm", user_count="8", spawn_rate="8", host="http://framework:8000", rate="200",
         workload="text")  # fmt: skip
    second = summary_when(lambda seen: seen["test"]["rate"] and seen["requests"])
    assert (second["test"]["workload"], second["test"]["rate"]) == ("text", 200)
    assert second["requests"] < 200 * second["duration_s"] + 200
    later = summary_when(lambda seen: seen["duration_s"] > 7)
    assert (later["state"], later["caveats"]) == ("running", [])
    assert later["late_ms"]["p99"] is not None
    post("/stats/reset")
    again = summary_when(lambda seen: seen["requests"] > 0)
    assert again["requests"] < later["requests"]
    assert again["locust"]["agrees"]
    assert again["unfinished"] >= 0


def test_the_first_test_stops_by_itself_and_logs_its_numbers(clean: None) -> None:
    compose("up", "--detach", "flask", "locust", LAB_RUN_TIME="3s", LAB_USERS="4")
    found = summary_when(lambda seen: seen["state"] == "stopped")
    assert found["locust"]["agrees"]
    assert found["caveats"] == []
    assert f"{found['requests']:,} requests, failures: 0" in log_when("make bench")


def test_a_lost_worker_is_reported(clean: None) -> None:
    compose("up", "--detach", "flask", "locust")
    summary_when(lambda seen: seen["requests"] > 0)
    docker.from_env().containers.get("weblab-locust-worker-1").kill()
    found = summary_when(lambda seen: seen["load_generator"]["lost"])
    assert any("worker was lost" in caveat for caveat in found["caveats"])
    assert found["requests"] > 0
    assert found["locust"]["agrees"]


def test_two_frameworks_at_once_are_refused(clean: None) -> None:
    done = compose("up", "--detach", "flask", "starlette", "locust", check=False)
    assert done.returncode != 0
    said = compose("logs", "one-framework-at-a-time").stdout
    assert "2 frameworks are up" in said
    assert "weblab-flask-1" in said
    assert "weblab-starlette-1" in said
    running = {c.name for c in docker.from_env().containers.list(ignore_removed=True)}
    assert "weblab-locust-1" not in running


def test_without_a_framework_the_message_says_what_to_do(clean: None) -> None:
    done = compose("up", "--detach", "locust", check=False)
    assert done.returncode != 0
    said = compose("logs", "one-framework-at-a-time").stdout
    assert "docker compose up flask locust" in said


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("LAB_USERS", "many", "give a whole number from 1 to 100,000"),
        ("LAB_WORKLOAD", "xml", "give json or text"),
        ("LAB_RUN_TIME", "soon", "give a time greater than 0, such as 120s, 5m or 1h30m"),
    ],
)
def test_with_values_that_locust_cannot_use_nothing_starts(
    clean: None, variable: str, value: str, allowed: str
) -> None:
    done = compose("up", "flask", "locust", check=False, **{variable: value})
    assert done.returncode != 0
    assert "values-locust-can-use" in done.stderr
    said = compose("logs", "values-locust-can-use").stdout
    assert f'{variable} = "{value}": {allowed}' in said
    assert docker.from_env().containers.list(ignore_removed=True, filters=MINE) == []
