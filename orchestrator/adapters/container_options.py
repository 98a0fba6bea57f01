"""A container's definition as options of the Docker SDK. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestrator.model.entry import ContainerSpec


def container_options(spec: ContainerSpec, labels: dict[str, str]) -> dict[str, Any]:
    """Keyword arguments for the SDK's ``containers.create``; ``labels`` are added."""
    nofile = {"name": "nofile", "soft": spec.nofile, "hard": spec.nofile}
    return {
        "nano_cpus": round(spec.cpus * 1e9),
        "cpuset_cpus": spec.cpuset,
        "mem_limit": spec.memory_bytes,
        "memswap_limit": spec.memory_swap_bytes,
        "pids_limit": spec.pids_limit,
        "ulimits": [nofile],
        "user": spec.user,
        "read_only": spec.read_only,
        "tmpfs": dict(_mount(text) for text in spec.tmpfs),
        "cap_add": list(spec.cap_add) or None,  # None, as Compose sends it if nothing is added
        "cap_drop": list(spec.cap_drop),
        "security_opt": list(spec.security_opt),
        "init": spec.init,
        "sysctls": spec.sysctls,
        "labels": {**spec.labels, **labels},
        "log_config": {"type": spec.log_driver, "config": spec.log_options},
        **({"environment": spec.environment} if spec.environment else {}),
        **({"extra_hosts": dict.fromkeys(spec.hosts, "127.0.0.1")} if spec.hosts else {}),
        # The lab runs the check itself until it succeeds. Further checks by the engine would take
        # CPU time from the load, and would displace other events from the engine's short history.
        **({"healthcheck": {"test": ["NONE"]}} if spec.healthcheck else {}),
    }


def joining(spec: ContainerSpec) -> ContainerSpec:
    """The same without the settings that the owner of a shared network namespace decides."""
    own = {key: value for key, value in spec.sysctls.items() if not key.startswith("net.")}
    return replace(spec, sysctls=own, hosts=())


def refusal(spec: ContainerSpec, error: Exception) -> str:
    """A message: why the engine did not start a container, and what would help."""
    text = f"{spec.service}: the engine refused its container: {error}"
    if "rlimit" in str(error):
        text += f"; this host does not grant nofile {spec.nofile}: run `make images`"
    if "No command specified" in str(error):
        text += (
            "; its image starts nothing by itself: give it a command, or a CMD in its Dockerfile"
        )
    return text


def _mount(text: str) -> tuple[str, str]:
    path, _, options = text.partition(":")
    return path, options
