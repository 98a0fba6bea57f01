"""``docker-compose.yml`` through ``docker compose`` itself: the one definition of a container."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import EnvironmentMissing, TrialFailed, UsageError, tail
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.trial import Phase

LOCUST_MASTER = "locust"
LOCUST_WORKER = "locust-worker"
# Of the cross-check alone; `docker compose up` leaves out what has a profile.
WRK, WRK_COUNTER, CROSSCHECK = "wrk", "wrk-counter", "crosscheck"
ROLE = "weblab.role"

# Keys that the orchestrator turns into the container that it starts ...
_USED = {
    "image", "command", "cpus", "cpuset", "mem_limit", "memswap_limit", "ulimits", "user",
    "read_only", "tmpfs", "cap_add", "cap_drop", "security_opt", "init", "sysctls", "labels",
    "logging",
}  # fmt: skip
# ... and those that only matter to `docker compose` itself. Anything else is refused: a setting
# that the measured container silently lacks would be a wrong number.
_COMPOSE_ONLY = {
    "build", "depends_on", "networks", "network_mode", "ports", "restart", "entrypoint", "profiles",
}  # fmt: skip

# The smallest build there is, which the set-up tries as well.
TRIAL_BUILD = Path("orchestrator", "setup", "trial_build", "compose.yml")
BUILD_WITHIN_S = 900
TRIAL_BUILD_WITHIN_S = 120
CONFIG_WITHIN_S = 60


class Compose:
    """The compose file of one checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def version(self) -> str:
        """Compose's own version.

        Raises:
            EnvironmentMissing: no Compose v2.
        """
        done = self._call("version", "--short", within_s=CONFIG_WITHIN_S)
        if done.returncode != 0:
            raise EnvironmentMissing(
                "`docker compose` does not answer: Compose v2 is missing; `make engine` installs it"
            )
        return done.stdout.strip()

    def containers(self, variables: Mapping[str, str] | None = None) -> dict[str, ContainerSpec]:
        """Every service's container, with ``variables`` in place of ``.env`` and environment.

        Raises:
            EnvironmentMissing: no Compose v2.
            UsageError: the file is wrong, or has a key that the orchestrator would not pass on.
        """
        self.version()
        words = ("--profile", CROSSCHECK, "config", "--format", "json")
        done = self._call(*words, within_s=CONFIG_WITHIN_S, variables=variables)
        if done.returncode != 0:
            raise UsageError(f"docker-compose.yml: {done.stderr.strip()}")
        return container_specs(json.loads(done.stdout)["services"])

    def build(self, service: str) -> None:
        """Build a service's image as the compose file says; cached layers are used.

        Raises:
            TrialFailed: with the tail of the build's output.
        """
        try:
            done = self._call("build", service, within_s=BUILD_WITHIN_S)
        except subprocess.TimeoutExpired as error:
            raise TrialFailed(
                Phase.BUILD, f"the image of {service} was not built within {BUILD_WITHIN_S} s"
            ) from error
        if done.returncode != 0:
            raise TrialFailed(
                Phase.BUILD,
                f"the image of {service} could not be built; try `docker compose build {service}`",
                tail(done.stdout + done.stderr),
            )

    def why_no_build(self) -> str:
        """What keeps Compose from building any image at all; empty where nothing does."""
        trial = ("--project-directory", str(self.root), "-f", str(self.root / TRIAL_BUILD))
        try:
            done = self._call(*trial, "build", within_s=TRIAL_BUILD_WITHIN_S)
            self._call(*trial, "down", "--rmi", "all", within_s=TRIAL_BUILD_WITHIN_S)
        except subprocess.TimeoutExpired:
            return f"no answer within {TRIAL_BUILD_WITHIN_S} s"
        return tail(done.stdout + done.stderr) or "no reason given" if done.returncode else ""

    def _call(
        self, *words: str, within_s: float, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["docker", "compose", *words],
                cwd=self.root,
                env={**os.environ, **(variables or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=within_s,
                check=False,
            )
        except FileNotFoundError as error:
            raise EnvironmentMissing("no `docker` command; run `make engine`") from error


def container_specs(services: Mapping[str, Mapping[str, Any]]) -> dict[str, ContainerSpec]:
    """All services of ``docker compose config --format json``.

    Raises:
        UsageError: with everything that is missing in any of them, or would not be passed on.
    """
    found, problems = {}, []
    for name, service in services.items():
        problems += [
            f"docker-compose.yml: {name}: the orchestrator does not know {key!r}; "
            "teach it in orchestrator/adapters/compose.py or take it out"
            for key in sorted(set(service) - _USED - _COMPOSE_ONLY)
        ]
        try:
            found[name] = container_spec(name, service)
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(problems)
    return found


def container_spec(name: str, service: Mapping[str, Any]) -> ContainerSpec:
    """One service of ``docker compose config --format json``.

    Raises:
        UsageError: a limit that every container of the lab must have is missing.
    """
    required = ("image", "cpus", "cpuset", "mem_limit", "memswap_limit", "ulimits", "user")
    missing = [key for key in required if not service.get(key)]
    nofile = (service.get("ulimits") or {}).get("nofile")
    if not nofile and "ulimits" not in missing:
        missing.append("ulimits.nofile")
    if missing or nofile is None:
        raise UsageError(f"docker-compose.yml: {name}: no {', '.join(missing)}")
    logging, build = service.get("logging") or {}, service.get("build") or {}
    command = service.get("command")
    return ContainerSpec(
        service=name,
        image=service["image"],
        base_image=(build.get("args") or {}).get("BASE", ""),
        command=None if command is None else tuple(command),
        cpus=float(service["cpus"]),
        cpuset=service["cpuset"],
        memory_bytes=int(service["mem_limit"]),
        memory_swap_bytes=int(service["memswap_limit"]),
        nofile=int(nofile["hard"] if isinstance(nofile, dict) else nofile),
        user=service["user"],
        read_only=service.get("read_only", False),
        tmpfs=tuple(service.get("tmpfs", ())),
        cap_add=tuple(service.get("cap_add", ())),
        cap_drop=tuple(service.get("cap_drop", ())),
        security_opt=tuple(service.get("security_opt", ())),
        init=service.get("init", False),
        sysctls=dict(service.get("sysctls", {})),
        labels=dict(service.get("labels", {})),
        log_driver=logging.get("driver", "json-file"),
        log_options=dict(logging.get("options", {})),
        build_context=build.get("context", ""),
        dockerfile=build.get("dockerfile", "Dockerfile") if build else "",
        build_more=_build_more(build),
    )


def _build_more(build: Mapping[str, Any]) -> str:
    """What else an image is made of than its base and its files, the same for the same."""
    args = {key: value for key, value in (build.get("args") or {}).items() if key != "BASE"}
    known = {"context", "dockerfile", "args", "network"}
    rest = {key: value for key, value in build.items() if key not in known}
    return json.dumps({"args": args, **rest}, sort_keys=True) if args or rest else ""
