"""A recorded answer of `docker compose config` becomes the containers that are measured."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.compose import container_spec, container_specs
from orchestrator.adapters.container_options import container_options
from orchestrator.errors import UsageError
from orchestrator.model.entry import ContainerSpec

Services = dict[str, dict[str, Any]]


@pytest.fixture
def services() -> Services:
    text = (Path(__file__).parent / "data" / "compose_config.json").read_text()
    found: Services = json.loads(text)["services"]
    return found


def test_a_framework(services: Services) -> None:
    assert container_spec("flask", services["flask"]) == ContainerSpec(
        service="flask",
        image="weblab/flask:local",
        base_image="python:3.13-slim",
        command=None,
        cpus=1.0,
        cpuset="0",
        memory_bytes=2**30,
        memory_swap_bytes=2**30,
        nofile=999_999,
        user="10001:10001",
        read_only=True,
        tmpfs=("/tmp:size=64m,mode=1777",),
        cap_drop=("ALL",),
        security_opt=("no-new-privileges:true",),
        init=True,
        sysctls=services["flask"]["sysctls"],
        labels={"weblab.role": "server"},
        log_driver="json-file",
        log_options={"max-size": "64m", "max-file": "1"},
        build_context=services["flask"]["build"]["context"],
        dockerfile="Dockerfile",
    )


def test_all_services(services: Services) -> None:
    specs = container_specs(services)
    assert {name: (spec.cpuset, spec.labels["weblab.role"]) for name, spec in specs.items()} == {
        "flask": ("0", "server"),
        "locust": ("1", "master"),
        "locust-worker": ("1", "worker"),
        "one-framework-at-a-time": ("1", "guard"),
    }
    assert specs["locust-worker"].command == ("--worker", "--master-host=locust")


def test_what_a_build_is_told_beside_base_and_files_is_known(services: Services) -> None:
    assert container_spec("flask", services["flask"]).build_more == ""
    services["flask"]["build"] |= {"target": "slim", "network": "host"}
    services["flask"]["build"]["args"]["EXTRA"] = "1"
    spec = container_spec("flask", services["flask"])
    assert spec.build_more == '{"args": {"EXTRA": "1"}, "target": "slim"}'


def test_an_added_capability_is_passed_on(services: Services) -> None:
    services["flask"]["cap_add"] = ["NET_ADMIN"]
    spec = container_spec("flask", services["flask"])
    assert container_options(spec, {})["cap_add"] == ["NET_ADMIN"]
    assert container_options(replace(spec, cap_add=()), {})["cap_add"] is None


@pytest.mark.parametrize(
    "key", ["image", "cpus", "cpuset", "mem_limit", "memswap_limit", "ulimits", "user"]
)
def test_a_missing_limit_is_refused(services: Services, key: str) -> None:
    del services["flask"][key]
    with pytest.raises(UsageError, match=f"^docker-compose.yml: flask: no {key}$"):
        container_spec("flask", services["flask"])


def test_a_missing_limit_of_open_files_is_refused(services: Services) -> None:
    services["flask"]["ulimits"] = {"nproc": 100}
    with pytest.raises(UsageError, match=r"^docker-compose\.yml: flask: no ulimits\.nofile$"):
        container_spec("flask", services["flask"])


def test_open_files_may_be_one_number(services: Services) -> None:
    services["flask"]["ulimits"] = {"nofile": 5000}
    assert container_spec("flask", services["flask"]).nofile == 5000


def test_all_that_the_measured_container_would_lack_is_refused_together(
    services: Services,
) -> None:
    services["flask"] |= {"environment": {"A": "1"}, "cpu_shares": 5}
    del services["locust"]["cpus"], services["locust"]["user"]
    with pytest.raises(UsageError) as refused:
        container_specs(services)
    remedy = "teach it in orchestrator/adapters/compose.py or take it out"
    assert refused.value.problems == [
        f"docker-compose.yml: flask: the orchestrator does not know 'cpu_shares'; {remedy}",
        f"docker-compose.yml: flask: the orchestrator does not know 'environment'; {remedy}",
        "docker-compose.yml: locust: no cpus, user",
    ]
