"""Services, contract and compose file are checked before a run, and all problems reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.catalogue import checked, names
from orchestrator.composition import real_world
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.files.checkout import ROOT
from orchestrator.files.manifests import workload_names
from orchestrator.model.blocks import NEEDED, WRK_COUNTER
from orchestrator.model.catalogue import Names

RECORDED = ROOT / "tests/unit/data" / "compose_config.json"


class Checkout:
    """A checkout with one service and a prepared answer of `docker compose config`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        service = root / "services" / "flask"
        service.mkdir(parents=True)
        self.manifest, self.contract = service / "service.toml", root / "services" / "contract.toml"
        self.manifest.write_text((ROOT / "services" / "flask" / "service.toml").read_text())
        self.contract.write_text((ROOT / "services" / "contract.toml").read_text())
        flask = json.loads(RECORDED.read_text())["services"]["flask"]
        self.services: dict[str, Any] = {name: dict(flask) for name in ("flask", *NEEDED)}
        counter = {"user": "0:0", "cap_add": ["NET_ADMIN"], "network_mode": "none"}
        self.services[WRK_COUNTER] |= counter
        check = {"labels": {"weblab.role": "companion"}, "healthcheck": {"test": ["CMD", "ready"]}}
        self.services["postgres"] = {**flask, "sysctls": {}, "depends_on": {}, **check}
        (root / "bin").mkdir()

    def wrong(self) -> list[str]:
        """The problems of the checkout, when asked for an unknown service."""
        (self.root / "config.json").write_text(json.dumps({"services": self.services}))
        docker = self.root / "bin" / "docker"
        docker.write_text(f"#!/bin/sh\ncat {self.root}/config.json\n")
        docker.chmod(0o755)
        try:
            checked(real_world(self.root), self.asked)
        except UsageError as error:
            return [problem.replace(f"{self.root}/", "") for problem in error.problems]
        return []

    def asked(self, there: Names) -> list[str]:
        assert there.services == ("flask",)
        return []


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    return Checkout(tmp_path)


def test_a_good_checkout_has_no_problems(checkout: Checkout) -> None:
    assert checkout.wrong() == []


def test_all_problems_are_reported_together(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.1:2375")
    checkout.manifest.write_text(
        checkout.manifest.read_text().replace("workers = 1", "workers = 0")
    )
    checkout.contract.write_text(checkout.contract.read_text().replace("200", "20", 1))
    (checkout.root / ".env").write_text("LAB_NOFILE=-1\n")
    del checkout.services["flask"]["read_only"]
    monkeypatch.setattr(checkout, "asked", lambda there: ["--repeats 0: give 1 to 1000"])
    assert [problem.split(": give ")[0] for problem in checkout.wrong()] == [
        "--repeats 0",
        "services/flask/service.toml:5: workers = 0",
        "services/contract.toml:24: [json] status = 20",
        '.env: LAB_NOFILE = "-1"',
        'DOCKER_HOST = "tcp://10.0.0.1:2375"',
        "docker-compose.yml: flask: no read_only",
    ]


def test_a_folder_without_a_block_is_reported_before_anything_starts(checkout: Checkout) -> None:
    del checkout.services["flask"]
    assert checkout.wrong() == [
        "docker-compose.yml: no service flask, but there is a folder services/flask"
    ]


def test_names_are_known_even_if_their_files_are_invalid(checkout: Checkout) -> None:
    checkout.manifest.write_text("broken = ")
    assert names(checkout.root) == Names(
        services=("flask",),
        workloads=workload_names(ROOT / "services"),
        folders={"flask": "flask"},
        sets={"2019": (), "production": (), "today": (), "base": (), "orm": ()},
        on_request=(
            "routes",
            "validate",
            "page",
            "rows",
            "orm-one",
            "orm-twenty",
            "orm-thousand",
            "orm-insert",
            "orm-update",
            "orm-join",
        ),
    )
    checkout.contract.write_text("broken = ")
    assert names(checkout.root).workloads == ()


def test_a_missing_docker_is_reported_only_if_there_are_no_problems(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(checkout.root / "none"))
    with pytest.raises(EnvironmentMissing, match="no `docker` command"):
        checkout.wrong()
    checkout.contract.write_text("")
    assert len(checkout.wrong()) == 1
