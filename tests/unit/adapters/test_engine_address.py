"""The Docker engine must be on this host. Another one is refused before anything is sent."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.engine_address import ALLOWED, engine_problem, only_this_host
from orchestrator.errors import UsageError


@pytest.mark.parametrize(
    "address",
    [
        "unix:///var/run/docker.sock",
        "unix:///run/user/1000/docker.sock",
        "tcp://127.0.0.1:2375",
        "tcp://127.1.2.3:1",
        "tcp://localhost:2375",
        "tcp://[::1]:2375",
    ],
)
def test_an_address_on_this_host_is_accepted(address: str) -> None:
    assert engine_problem({"DOCKER_HOST": address}) is None


@pytest.mark.parametrize(
    "address",
    [
        "ssh://elsewhere",
        "ssh://127.0.0.1",
        "tcp://10.0.0.1:2375",
        "tcp://[fe80::1]:2375",
        "tcp://elsewhere:2375",
        "tcp://127.0.0.1.elsewhere:2375",
        "tcp://localhost@elsewhere:2375",
        "tcp://[::1:x",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:x",
        "tcp://127.0.0.1:99999",
        "tcp://127.0.0.1:2375\n",
        "tcp://",
        "http://127.0.0.1:2375",
        "npipe:////./pipe/docker",
        "localhost:2375",
        "/var/run/docker.sock",
        " ",
    ],
)
def test_an_address_on_another_host_is_refused(address: str) -> None:
    problem = engine_problem({"DOCKER_HOST": address})
    assert problem == f"DOCKER_HOST = {json.dumps(address)}: {ALLOWED}"
    with pytest.raises(UsageError, match=r"^DOCKER_HOST = "):
        only_this_host({"DOCKER_HOST": address})


def context(folder: Path, monkeypatch: pytest.MonkeyPatch, meta: str) -> None:
    """A Docker configuration with a context named `far`."""
    place = folder / "contexts" / "meta" / sha256(b"far").hexdigest()
    place.mkdir(parents=True)
    (place / "meta.json").write_text(meta)
    (folder / "config.json").write_text('{"currentContext": "far"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))


def leading_to(host: str) -> str:
    return json.dumps({"Name": "far", "Metadata": {}, "Endpoints": {"docker": {"Host": host}}})


def test_a_context_on_this_host_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context(tmp_path, monkeypatch, leading_to("unix:///run/user/1/docker.sock"))
    assert engine_problem({}) is None


@pytest.mark.parametrize("environment", [{}, {"DOCKER_CONTEXT": "far"}, {"DOCKER_HOST": ""}])
def test_a_context_on_another_host_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    context(tmp_path, monkeypatch, leading_to("ssh://elsewhere"))
    problem = engine_problem(environment)
    assert problem is not None
    assert problem.startswith('the Docker context "far" leads to "ssh://elsewhere"; ')
    assert engine_problem({"DOCKER_HOST": "unix:///x"}) is None  # before the context
    assert engine_problem({"DOCKER_CONTEXT": "default"}) is None


@pytest.mark.parametrize("meta", ["", "{}", "[]", '{"Name": "far", "Endpoints": 1}'])
def test_an_unreadable_context_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meta: str
) -> None:
    context(tmp_path, monkeypatch, meta)
    problem = engine_problem({})
    assert problem is not None
    assert problem.startswith('the Docker context "far" cannot be read (')


def test_an_unknown_context_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    problem = engine_problem({"DOCKER_CONTEXT": "gone"})
    assert problem is not None
    assert problem.startswith('there is no Docker context "gone"; ')


def test_an_adapter_for_a_remote_engine_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://elsewhere")
    with pytest.raises(UsageError, match="cannot measure on another host yet"):
        DockerEngine(Compose(tmp_path), "test")
