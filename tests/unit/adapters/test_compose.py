"""A recorded answer of `docker compose config` becomes container specifications."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters import command
from orchestrator.adapters.compose import Compose, Python, container_specs
from orchestrator.adapters.contained import DANGEROUS
from orchestrator.adapters.container_options import container_options
from orchestrator.errors import EnvironmentMissing, NotInstallable, TrialFailed, UsageError
from orchestrator.files.checkout import wanted_nofile
from orchestrator.model.blocks import COMPOSE_FILE, NEEDED, WRK_COUNTER
from orchestrator.model.entry import ContainerSpec
from tests.conftest import ROOT

Services = dict[str, dict[str, Any]]


@pytest.fixture
def services() -> Services:
    text = (ROOT / "tests/unit/data" / "compose_config.json").read_text()
    found: Services = json.loads(text)["services"]
    return found


def refused(services: Services) -> list[str]:
    with pytest.raises(UsageError) as error:
        container_specs(services)
    return [problem.removeprefix(f"{COMPOSE_FILE}: ") for problem in error.value.problems]


def test_a_frameworks_container(services: Services) -> None:
    assert container_specs(services)["flask"] == ContainerSpec(
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
        pids_limit=10_000,
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


def test_the_containers_of_all_services(services: Services) -> None:
    specs = container_specs(services)
    assert {name: (spec.cpuset, spec.labels["weblab.role"]) for name, spec in specs.items()} == {
        "flask": ("0", "server"),
        "locust": ("1", "master"),
        "locust-worker": ("1", "worker"),
        "one-framework-at-a-time": ("1", "guard"),
    }
    assert specs["locust-worker"].command == ("--worker", "--master-host=locust")


def test_other_build_options_than_base_and_files_are_kept(services: Services) -> None:
    assert container_specs(services)["flask"].build_more == ""
    services["flask"]["build"] |= {"target": "slim", "network": "host"}
    services["flask"]["build"]["args"]["EXTRA"] = "1"
    spec = container_specs(services)["flask"]
    assert spec.build_more == '{"args": {"EXTRA": "1"}, "target": "slim"}'


def test_all_limits_of_a_container_are_passed_on(services: Services) -> None:
    spec = container_specs(services)["flask"]
    options = container_options(spec, {})
    assert options["cap_add"] is None
    assert container_options(replace(spec, cap_add=("NET_ADMIN",)), {})["cap_add"] == ["NET_ADMIN"]
    assert options["pids_limit"] == spec.pids_limit
    assert options["mem_limit"] == options["memswap_limit"] == 2**30


PIDS = "give a number of processes and threads from 64 to 4,194,304"
FILES = "give nofile alone, one number from 256 to 1,073,741,824 (LAB_NOFILE)"
SIZE = "give a size from 16m to 1024t, and no more by swap"
USER = "give a user and a group by number, such as 10001:10001, and not root"
CPUS = "give a number above 0, up to 1,024"
CPUSET = "give numbers of CPUs, such as 0 or 1,3 or 0-2"
ROLE = "give a label weblab.role, by which the lab knows its own containers"
REQUIRED = {
    "image": "give the name of an image",
    "cpus": CPUS,
    "cpuset": CPUSET,
    "mem_limit": SIZE,
    "memswap_limit": SIZE,
    "pids_limit": PIDS,
    "ulimits": FILES,
    "user": USER,
    "read_only": "give true",
    "cap_drop": "give [ALL]",
    "security_opt": 'give ["no-new-privileges:true"]',
    "labels": ROLE,
}


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_limit_is_refused(services: Services, key: str) -> None:
    del services["flask"][key]
    assert refused(services) == [f"flask: no {key}: {REQUIRED[key]}"]


@pytest.mark.parametrize(
    ("key", "value", "shown", "allowed"),
    [
        ("user", "0:0", '"0:0"', USER),
        ("user", "10001:0", '"10001:0"', USER),
        ("user", "root", '"root"', USER),
        ("user", "10001", '"10001"', USER),
        ("read_only", False, "false", "give true"),
        ("cap_drop", ["NET_RAW"], '["NET_RAW"]', "give [ALL]"),
        ("cap_drop", [], "[]", "give [ALL]"),
        ("cap_add", ["SYS_ADMIN"], '["SYS_ADMIN"]', "give none, or leave it out"),
        (
            "security_opt",
            ["no-new-privileges:true", "seccomp:unconfined"],
            '["no-new-privileges:true", "seccomp:unconfined"]',
            'give ["no-new-privileges:true"]',
        ),
        ("pids_limit", -1, "-1", PIDS),
        ("pids_limit", 0, "0", PIDS),
        ("cpus", -1, "-1", CPUS),
        ("cpus", 0, "0", CPUS),
        ("cpuset", "all", '"all"', CPUSET),
        ("mem_limit", "-1", "-1", SIZE),
        ("memswap_limit", "-1", "-1", SIZE),
        ("ulimits", {"nofile": -1}, '{"nofile": -1}', FILES),
        ("ulimits", {"nproc": 500}, '{"nproc": 500}', FILES),
        ("ulimits", {"nofile": 9_999, "core": 1}, '{"nofile": 9999, "core": 1}', FILES),
        (
            "ulimits",
            {"nofile": {"soft": 1000, "hard": 2000}},
            '{"nofile": {"soft": 1000, "hard": 2000}}',
            FILES,
        ),
        ("network_mode", "host", '"host"', "give none, or leave it out"),
        ("network_mode", "container:x", '"container:x"', "give none, or leave it out"),
        (
            "entrypoint",
            ["sh"],
            '["sh"]',
            "give none: the orchestrator starts the image's own",
        ),
        ("labels", {"mine": "1"}, '{"mine": "1"}', ROLE),
        (
            "ports",
            [{"target": 8000, "published": "8000"}],
            '[{"target": 8000, "published": "8000"}]',
            "give ports of this host alone, such as 127.0.0.1:8089:8089",
        ),
        (
            "build",
            {"context": ".", "privileged": True},
            '{"context": ".", "privileged": true}',
            "give a build without entitlements, privileged, secrets, ssh",
        ),
    ],
)
def test_a_limit_or_right_that_the_lab_does_not_allow_is_refused(
    services: Services, key: str, value: object, shown: str, allowed: str
) -> None:
    services["flask"][key] = value
    assert refused(services)[0] == f"flask: {key} = {shown}: {allowed}"


def test_swap_in_addition_to_the_memory_is_refused(services: Services) -> None:
    services["flask"]["memswap_limit"] = str(2**31)
    assert refused(services) == [
        "flask: memswap_limit = 2147483648: give the value of mem_limit (1073741824): "
        "containers get no swap"
    ]


@pytest.mark.parametrize("key", DANGEROUS)
def test_a_right_over_the_host_is_refused(services: Services, key: str) -> None:
    services["flask"][key] = "host"
    assert refused(services) == [
        f'flask: {key} = "host": {DANGEROUS[key]}, which the lab refuses; take it out'
    ]


def test_open_files_may_be_one_number(services: Services) -> None:
    services["flask"]["ulimits"] = {"nofile": 5000}
    assert container_specs(services)["flask"].nofile == 5000


def test_only_the_packet_counter_is_root_and_may_count_packets(services: Services) -> None:
    counter = copy.deepcopy(services["flask"])
    counter |= {"user": "0:0", "cap_add": ["NET_ADMIN"], "network_mode": "none"}
    assert container_specs({WRK_COUNTER: counter})[WRK_COUNTER].cap_add == ("NET_ADMIN",)
    assert refused({"wrk": counter}) == [
        f'wrk: user = "0:0": {USER}',
        'wrk: cap_add = ["NET_ADMIN"]: give none, or leave it out',
    ]
    counter["cap_add"] = ["NET_ADMIN", "NET_RAW"]
    assert refused({WRK_COUNTER: counter}) == [
        f'{WRK_COUNTER}: cap_add = ["NET_ADMIN", "NET_RAW"]: give [NET_ADMIN]'
    ]


def test_all_problems_are_reported_together(services: Services) -> None:
    services["flask"] |= {"hostname": "A", "cpu_shares": 5}
    del services["locust"]["cpus"], services["locust"]["user"]
    for service in services.values():
        del service["read_only"]
    services["locust"]["init"] = services["locust-worker"]["init"] = "yes"
    remedy = "the orchestrator would not pass it on; take it out, or add it to"
    where = "orchestrator/adapters/contained.py"
    assert sorted(refused(services)) == sorted(
        [
            f'flask: hostname = "A": {remedy} {where}',
            f"flask: cpu_shares = 5: {remedy} {where}",
            f"locust: no cpus: {CPUS}",
            f"locust: no user: {USER}",
            'locust, locust-worker: init = "yes": Expected `bool`, got `str`',
            "every service: no read_only: give true",
        ]
    )


def test_an_empty_block_is_refused(services: Services) -> None:
    with pytest.raises(UsageError) as error:
        container_specs({"flask": None})
    assert len(error.value.problems) == len(REQUIRED)


def docker(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Compose:
    """A Compose whose `docker` is this script."""
    program = folder / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return Compose(folder)


def test_a_dollar_sign_reaches_the_container_as_the_file_means_it(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compose 2.40.3 prints `$$` for each `$`, in keys, too.

    In a compose file `$$` means one. Here a command's `$$HOME` is printed as it was written, and
    `$$$$` (a shell's own process) as well.
    """
    mate = copy.deepcopy(services["flask"])
    del mate["build"], mate["sysctls"]
    mate |= {
        "labels": {"weblab.role": "companion", "we$$$$b": "c$$d"},
        "command": ["sh", "-c", "echo $$HOME $$$$ '$$5'"],
        "healthcheck": {"test": ["CMD-SHELL", "test $$(id -u) = 1"]},
    }
    monkeypatch.setattr("orchestrator.adapters.compose.NEEDED", ())
    (tmp_path / "printed.json").write_text(json.dumps({"services": {"mate": mate}}))
    found = docker(tmp_path, f"cat {tmp_path}/printed.json", monkeypatch).containers()["mate"]
    assert found.command == ("sh", "-c", "echo $HOME $$ '$5'")
    assert found.healthcheck == ("/bin/sh", "-c", "test $(id -u) = 1")
    assert found.labels == {"weblab.role": "companion", "we$$b": "c$d"}


def test_a_compose_that_prints_no_json_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = 'case "$*" in *version*) echo 2.25.0;; *) echo "services: {}";; esac'
    with pytest.raises(EnvironmentMissing, match=r"^Docker Compose 2\.25\.0 prints no JSON for"):
        docker(tmp_path, script, monkeypatch).containers()


def test_a_file_that_compose_refuses_is_reported_in_composes_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = 'case "$*" in *version*) echo 2.40.3;; *) echo "no such key" >&2; exit 15;; esac'
    with pytest.raises(UsageError, match=r"^docker-compose\.yml: no such key$"):
        docker(tmp_path, script, monkeypatch).containers()


def test_a_missing_compose_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvironmentMissing, match="Compose v2 is missing"):
        docker(tmp_path, "exit 125", monkeypatch).containers()


def test_a_compose_file_without_locust_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=f"no service {', '.join(NEEDED)}: the lab needs it"):
        docker(tmp_path, "echo '{}'", monkeypatch).containers()


@pytest.mark.parametrize("network", [{"external": True, "name": "host"}, {"driver": "host"}])
def test_a_network_of_the_host_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: dict[str, object]
) -> None:
    script = f"echo '{json.dumps({'networks': {'lab': network}})}'"
    with pytest.raises(UsageError, match=r"network lab: make it a bridge, and not external$"):
        docker(tmp_path, script, monkeypatch).containers()


def test_a_docker_that_hangs_ends_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`docker` starts `docker-compose`, which keeps the output open after docker was killed."""
    monkeypatch.setattr("orchestrator.adapters.compose.CONFIG_WITHIN_S", 0.2)
    compose = docker(tmp_path, "sleep 600", monkeypatch)
    for call in (compose.version, compose.containers):
        with pytest.raises(command.TookTooLong, match=r"did not end within 0\.2 s and was stopped"):
            call()
    monkeypatch.setattr("orchestrator.adapters.compose.BUILD_WITHIN_S", 0.2)
    with pytest.raises(TrialFailed, match=r"was not built within 0\.2 s"):
        compose.build("flask")
    monkeypatch.setattr("orchestrator.adapters.compose.PULL_WITHIN_S", 0.2)
    with pytest.raises(TrialFailed, match=r"pull mate.* did not end within 0\.2 s"):
        compose.pull("mate")


def test_a_pull_that_fails_is_reported_in_dockers_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = docker(tmp_path, 'echo "manifest unknown" >&2; exit 1', monkeypatch)
    with pytest.raises(TrialFailed, match=r"^`docker compose pull mate`: manifest unknown$"):
        compose.pull("mate")


def test_the_wanted_open_file_limit_is_that_of_the_compose_file(tmp_path: Path) -> None:
    assert wanted_nofile(ROOT) == 999_999
    (tmp_path / COMPOSE_FILE).write_text("nofile: ${LAB_NOFILE:-5000}\n")
    assert wanted_nofile(tmp_path) == 5000
    (tmp_path / COMPOSE_FILE).write_text("nofile: 5000\n")
    with pytest.raises(UsageError, match=r"LAB_NOFILE has no default"):
        wanted_nofile(tmp_path)


SAYS_VARIABLES = 'echo "$1 $2 LAB_PYTHON=$LAB_PYTHON LAB_TAG=$LAB_TAG" >&2; exit 1'
PYTHON = Python(version="3.12", base="python:3.12-slim")


@pytest.mark.parametrize(
    ("python", "variables"),
    [(None, "LAB_PYTHON= LAB_TAG="), (PYTHON, "LAB_PYTHON=python:3.12-slim LAB_TAG=py3.12")],
)
def test_every_call_of_compose_has_the_python_of_the_run_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: Python | None, variables: str
) -> None:
    """What the environment says would not be in the record, so it does not count."""
    monkeypatch.setenv("LAB_PYTHON", "python:2.7")
    monkeypatch.setenv("LAB_TAG", "old")
    docker(tmp_path, SAYS_VARIABLES, monkeypatch)
    compose = Compose(tmp_path, python)
    assert f"compose build {variables}" in failure(lambda: compose.build("flask")).log_tail
    assert f"compose pull {variables}" in failure(lambda: compose.pull("flask")).reason
    built_as = failure(lambda: compose.build_as("flask", "x", {}))
    assert f"compose --file {variables}" in built_as.log_tail


def failure(call: Callable[[], None]) -> TrialFailed:
    with pytest.raises(TrialFailed) as failed:
        call()
    return failed.value


def test_a_lock_without_a_wheel_is_the_reason_of_a_failed_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(tmp_path, "echo ERROR: No matching distribution found for a==1.2; exit 1", monkeypatch)
    failed = failure(lambda: Compose(tmp_path, PYTHON).build("flask"))
    assert isinstance(failed, NotInstallable)
    assert failed.reason == (
        "no wheel of a 1.2 for CPython 3.12: the lock of flask cannot be installed on it"
    )
    assert "No matching distribution" in failed.log_tail
    variant = failure(lambda: Compose(tmp_path).build_as("flask", "x", {}, "3.14"))
    assert variant.reason.startswith("no wheel of a 1.2 for CPython 3.14")
