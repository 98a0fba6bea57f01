"""Where a run happens: which engine serves, which loads, on which CPUs, over which network."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.words import Name

THIS_HOST = "this-host"
"""The engine of the host that the lab runs on; today the only one."""


class Network(StrEnum):
    """How requests reach the server."""

    LOOPBACK = "loopback"
    """The load joins the server's network namespace."""
    BRIDGE = "bridge"
    """Both are on a bridge of the run's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A placement as a record has it.

    ``shared``: the server's CPU also carries load (a host with one CPU). ``smt_shared``: the
    server's physical core also carries load; None where the host does not tell.
    """

    server_cpu: int
    load_cpus: tuple[int, ...]
    shared: bool
    smt_shared: bool | None
    network: Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Which engine serves and which loads, on which of its CPUs, over which network.

    ``smt_shared``: as in `Layout`.
    """

    server_cpu: int
    load_cpus: tuple[int, ...]
    network: Network
    smt_shared: bool | None
    server_engine: Name = THIS_HOST
    load_engine: Name = THIS_HOST

    @property
    def one_host(self) -> bool:
        """Whether one engine serves and loads."""
        return self.server_engine == self.load_engine

    @property
    def shared(self) -> bool:
        """Whether all of the load is on the server's CPU."""
        return self.one_host and self.load_cpus == (self.server_cpu,)

    @property
    def one_namespace(self) -> bool:
        """Whether the load is in the server's own network namespace."""
        return self.one_host and self.network is Network.LOOPBACK

    @property
    def layout(self) -> Layout:
        """As the record has it."""
        return Layout(
            server_cpu=self.server_cpu,
            load_cpus=self.load_cpus,
            shared=self.shared,
            smt_shared=self.smt_shared,
            network=self.network,
        )
