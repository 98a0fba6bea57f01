"""Reads ``docker-compose.yml``, the one definition of every container, with Docker Compose."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from orchestrator.adapters import command
from orchestrator.adapters.companions import companion_problems, companions_of, is_companion
from orchestrator.adapters.contained import (
    PORT_LABEL,
    READY_LABEL,
    ROLE,
    Companion,
    Contained,
    OwnEntrypoint,
    PacketCounter,
    contained,
    health_command,
)
from orchestrator.adapters.pip_said import not_installable
from orchestrator.errors import EnvironmentMissing, NotInstallable, TrialFailed, UsageError, tail
from orchestrator.model.blocks import (
    COMPOSE_FILE,
    GUARD,
    NEEDED,
    PROFILES,
    VALUES,
    WRK_COUNTER,
)
from orchestrator.model.entry import PORT, READY_WITHIN_S, ContainerSpec

__all__ = ["ROLE", "Compose", "container_spec", "container_specs"]

# Blocks with other rules than those of `Contained`.
EXCEPTIONS = {WRK_COUNTER: PacketCounter, GUARD: OwnEntrypoint, VALUES: OwnEntrypoint}

# The smallest possible build; the set-up tries the same one.
TRIAL_BUILD = Path("orchestrator", "setup", "trial_build", "compose.yml")
PROJECT = "weblab"
BUILD_WITHIN_S = 900
PULL_WITHIN_S = 900
TRIAL_BUILD_WITHIN_S = 120
CONFIG_WITHIN_S = 60
INSTALL = "`make engine` installs Docker and Compose v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """A version of Python, and the name of its base image."""

    version: str
    base: str


class Compose:
    """The compose file of one checkout.

    ``python``: what all services run on; None: each on its own, even if the environment or ``.env``
    says otherwise, because the record of a run would not know of it. ``work``: the images also have
    the packages of workloads that are measured on request; base images of companions, by variable.
    """

    def __init__(
        self, root: Path, python: Python | None = None, work: Mapping[str, str] | None = None
    ) -> None:
        self.root = root
        self._python = python
        self._work = work

    def with_work(self, bases: Mapping[str, str]) -> Compose:
        """The same file, for workloads that are measured on request.

        Args:
            bases: variable -> the base image of a companion.
        """
        return Compose(self.root, self._python, bases)

    @property
    def variables(self) -> dict[str, str]:
        """What decides on the images of all services; it overrides ``.env`` and environment."""
        python, work = self._python, self._work is not None
        tag = [f"py{python.version}"] if python else []
        return {
            "LAB_PYTHON": python.base if python else "",
            "LAB_TAG": "-".join([*tag, *(["work"] if work else [])]),
            "LAB_WORK": "yes" if work else "",
            **(self._work or {}),
        }

    def version(self) -> str:
        """Compose's own version.

        Raises:
            EnvironmentMissing: Compose v2 is missing or does not answer.
        """
        done = self._call("version", "--short", within_s=CONFIG_WITHIN_S)
        if done.returncode != 0:
            raise EnvironmentMissing(
                "`docker compose` does not answer: Compose v2 is missing; `make engine` installs it"
            )
        return done.stdout.decode(errors="replace").strip()

    def containers(self, variables: Mapping[str, str] | None = None) -> dict[str, ContainerSpec]:
        """Every service's container, where ``variables`` override ``.env`` and environment.

        Raises:
            EnvironmentMissing: Compose v2 is missing, or prints no JSON.
            UsageError: the file is wrong, lacks something that every container of the lab must
                have, or has a key that the orchestrator would not pass on.
        """
        printed = self._config(variables)
        try:
            # Compose doubles every `$` that it prints, so that the output can be its input again.
            config = msgspec.json.decode(printed.replace(b"$$", b"$"), type=_Config)
        except msgspec.MsgspecError as error:
            raise EnvironmentMissing(
                f"Docker Compose {self.version()} prints no JSON for `docker compose config "
                f"--format json` ({error}); install another version of Compose"
            ) from error
        if foreign := [name for name, one in config.networks.items() if _is_foreign(one or {})]:
            raise UsageError(
                f"{COMPOSE_FILE}: network {', '.join(foreign)}: make it a bridge, and not external"
            )
        found = container_specs(config.services)
        if missing := [name for name in NEEDED if name not in found]:
            raise UsageError(f"{COMPOSE_FILE}: no service {', '.join(missing)}: the lab needs it")
        return found

    def build(self, service: str) -> None:
        """Build a service's image as the compose file says; cached layers are used.

        Raises:
            TrialFailed: with the tail of the build's output.
        """
        python = self._python.version if self._python else ""
        self._build(service, f"; try `docker compose build {service}`", python=python)

    def build_settings(self, service: str) -> dict[str, Any]:
        """How the compose file builds a service: the block ``build``, with each ``$`` doubled.

        Empty if its image is not built. The block can be changed and given to `build_as`.
        """
        block = json.loads(self._config(None)).get("services", {}).get(service) or {}
        return block.get("build") or {}

    def build_as(
        self, service: str, image: str, settings: Mapping[str, Any], python: str = ""
    ) -> None:
        """Build an image under another name, with settings like those of `build_settings`.

        Args:
            python: the version of Python that the settings choose; empty for the service's own.

        Raises:
            TrialFailed: with the tail of the build's output.
        """
        block = {"image": image, "build": settings}
        file = json.dumps({"name": PROJECT, "services": {service: block}}).encode()
        place = ("--file", "-", "--project-directory", str(self.root))
        self._build(service, "", *place, file=file, python=python)

    def _build(
        self, service: str, remedy: str, *words: str, file: bytes = b"", python: str
    ) -> None:
        try:
            done = self._call(*words, "build", service, within_s=BUILD_WITHIN_S, file=file)
        except command.TookTooLong as error:
            raise TrialFailed(
                f"the image of {service} was not built within {BUILD_WITHIN_S} s"
            ) from error
        if done.returncode != 0:
            said = (done.stdout + done.stderr).decode(errors="replace")
            if why := not_installable(said, service, python):
                raise NotInstallable(why, tail(said))
            raise TrialFailed(f"the image of {service} could not be built{remedy}", tail(said))

    def pull(self, service: str) -> None:
        """Pull the image of a service that is not built.

        Raises:
            TrialFailed: with what the engine said.
        """
        try:
            done = self._call("pull", service, within_s=PULL_WITHIN_S)
        except command.TookTooLong as error:
            raise TrialFailed(str(error)) from error
        if done.returncode != 0:
            raise TrialFailed(f"`docker compose pull {service}`: {command.said(done)}")

    def why_no_build(self) -> str:
        """Why Compose cannot build any image at all; empty if it can."""
        trial = ("--project-directory", str(self.root), "-f", str(self.root / TRIAL_BUILD))
        try:
            done = self._call(*trial, "build", within_s=TRIAL_BUILD_WITHIN_S)
            self._call(*trial, "down", "--rmi", "all", within_s=TRIAL_BUILD_WITHIN_S)
        except command.TookTooLong as late:
            return str(late)
        if done.returncode == 0:
            return ""
        return tail(command.said(done)) or "no reason given"

    def _config(self, variables: Mapping[str, str] | None) -> bytes:
        """What Compose prints of its file.

        Raises:
            EnvironmentMissing: Compose v2 is missing.
            UsageError: Compose refuses the file.
        """
        profiles = [word for name in PROFILES for word in ("--profile", name)]
        done = self._call(
            *profiles, "config", "--format", "json", within_s=CONFIG_WITHIN_S, variables=variables
        )
        if done.returncode != 0:
            self.version()  # raises if Compose itself is missing
            raise UsageError(f"{COMPOSE_FILE}: {command.said(done)}")
        return done.stdout

    def _call(
        self,
        *words: str,
        within_s: float,
        variables: Mapping[str, str] | None = None,
        file: bytes = b"",
    ) -> subprocess.CompletedProcess[bytes]:
        return command.run(
            ["docker", "compose", *words],
            within_s=within_s,
            remedy=INSTALL,
            cwd=self.root,
            environment={**self.variables, **(variables or {})},
            stdin=file,
        )


class _Config(msgspec.Struct):
    services: dict[str, dict[str, Any] | None] = {}
    networks: dict[str, dict[str, Any] | None] = {}


def container_specs(services: Mapping[str, Mapping[str, Any] | None]) -> dict[str, ContainerSpec]:
    """All services of ``docker compose config --format json``.

    Raises:
        UsageError: with all problems of all services; a problem that several services share is
            reported once, with their names.
    """
    found: dict[str, ContainerSpec] = {}
    problems: dict[str, list[str]] = defaultdict(list)
    for name, service in services.items():
        block, wrong = contained(service or {}, _kind(name, service or {}))
        for problem in wrong + companion_problems(name, services):
            problems[problem].append(name)
        if block is not None:
            found[name] = container_spec(name, block, companions_of(name, services))
    if problems:
        raise UsageError(
            [
                f"{COMPOSE_FILE}: {_together(names, services)}: {text}"
                for text, names in problems.items()
            ]
        )
    return found


def _kind(name: str, service: Mapping[str, Any]) -> type[Contained]:
    return Companion if is_companion(service) else EXCEPTIONS.get(name, Contained)


def container_spec(name: str, block: Contained, companions: tuple[str, ...] = ()) -> ContainerSpec:
    """A block as the container that the orchestrator starts."""
    build = block.build or {}
    check = block.healthcheck if isinstance(block, Companion) else {}
    return ContainerSpec(
        service=name,
        image=block.image,
        base_image=(build.get("args") or {}).get("BASE", ""),
        command=block.command,
        cpus=block.cpus,
        cpuset=block.cpuset,
        memory_bytes=block.mem_limit,
        memory_swap_bytes=block.memswap_limit,
        nofile=block.ulimits["nofile"],
        user=block.user,
        pids_limit=block.pids_limit,
        read_only=block.read_only,
        tmpfs=block.tmpfs,
        cap_add=tuple(block.cap_add or ()),
        cap_drop=tuple(block.cap_drop),
        security_opt=tuple(block.security_opt),
        init=block.init,
        sysctls=block.sysctls,
        labels=block.labels,
        environment={name: value or "" for name, value in block.environment.items()},
        port=int(block.labels.get(PORT_LABEL, PORT)),
        ready_within_s=float(block.labels.get(READY_LABEL, READY_WITHIN_S)),
        log_driver=block.logging.get("driver", "json-file"),
        log_options=dict(block.logging.get("options") or {}),
        build_context=build.get("context", ""),
        dockerfile=build.get("dockerfile", "Dockerfile") if build else "",
        build_more=_build_more(build),
        companions=companions,
        healthcheck=health_command(check),
    )


def _is_foreign(network: Mapping[str, Any]) -> bool:
    """Whether it may be the host's network or one that others use."""
    return bool(network.get("external")) or network.get("driver", "bridge") != "bridge"


def _together(names: Sequence[str], services: Collection[str]) -> str:
    return "every service" if len(names) == len(services) > 1 else ", ".join(names)


def _build_more(build: Mapping[str, Any]) -> str:
    """Build settings other than base and files, as text; equal settings give equal text."""
    args = {key: value for key, value in (build.get("args") or {}).items() if key != "BASE"}
    known = {"context", "dockerfile", "args", "network"}
    rest = {key: value for key, value in build.items() if key not in known}
    return json.dumps({"args": args, **rest}, sort_keys=True) if args or rest else ""
