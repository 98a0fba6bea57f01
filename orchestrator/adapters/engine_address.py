"""Checks that the environment names a Docker engine on this host.

The lab assigns CPUs of this host to containers, and records this host's CPU, memory and CPU steal.
With a remote engine all of these would be wrong without any error. TCP to a loopback address is
allowed, because some CI systems run the host's engine that way. This check does not notice a socket
or port that is forwarded from another host; `lab doctor` compares the kernels.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from docker.context import ContextAPI
from docker.context.config import get_current_context_name

from labwire.values import shown
from orchestrator.errors import UsageError

ALLOWED = (
    "give an engine of this host, as unix:///var/run/docker.sock or tcp://127.0.0.1:2375: "
    "the lab cannot measure on another host yet"
)


def only_this_host(environment: Mapping[str, str] = os.environ) -> None:
    """Check the address before anything is sent to it.

    Raises:
        UsageError: it is on another host, or not an address; says what is allowed.
    """
    if problem := engine_problem(environment):
        raise UsageError(problem)


def engine_problem(environment: Mapping[str, str] = os.environ) -> str | None:
    """Why the address in the environment cannot be an engine on this host; None if it can.

    Like Docker's command line and its SDK, this reads DOCKER_HOST, or else the context that
    DOCKER_CONTEXT names or `docker context use` chose.
    """
    if address := environment.get("DOCKER_HOST", ""):
        return None if _of_this_host(address) else f"DOCKER_HOST = {shown(address)}: {ALLOWED}"
    name = environment.get("DOCKER_CONTEXT") or get_current_context_name()
    try:
        context = ContextAPI.get_context(name)
    except Exception as error:  # noqa: BLE001 - the SDK raises plain Exception for a broken file
        return f"the Docker context {shown(name)} cannot be read ({error}); {_DEFAULT}"
    if context is None:
        return f"there is no Docker context {shown(name)}; {_DEFAULT}"
    if not context.Host or _of_this_host(context.Host):
        return None
    return f"the Docker context {shown(name)} leads to {shown(context.Host)}; {_DEFAULT}: {ALLOWED}"


_DEFAULT = "`docker context use default` and no DOCKER_CONTEXT use this host's engine"


def _of_this_host(address: str) -> bool:
    if not address.isprintable() or " " in address:  # urlsplit removes some of these characters
        return False
    try:
        parts = urlsplit(address)
        if parts.scheme == "unix":
            return True
        more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
        return (
            parts.scheme == "tcp" and bool(parts.port) and not more and _is_loopback(parts.hostname)
        )
    except ValueError:  # not an address, or not a port
        return False


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
