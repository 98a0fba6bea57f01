"""Where a run happens: engines, CPUs and network of server and load."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.words import Name

THIS_HOST = "this-host"
"""The engine of the host on which the lab runs; at present the only one."""


class Network(StrEnum):
    """How requests reach the server."""

    LOOPBACK = "loopback"
    """The load joins the server's network namespace."""
    BRIDGE = "bridge"
    """Server and load are on a bridge network that the run creates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A placement as the record stores it.

    ``shared``: the load also runs on the server's CPU (a host with one CPU). ``smt_shared``: the
    load also runs on the server's physical core; None if the host does not report its cores.
    """

    server_cpu: int
    load_cpus: tuple[int, ...]
    shared: bool
    smt_shared: bool | None
    network: Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Engines and CPUs of server and load, and the network between them.

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
        """Whether the same engine runs server and load."""
        return self.server_engine == self.load_engine

    @property
    def shared(self) -> bool:
        """Whether the load runs only on the server's CPU."""
        return self.one_host and self.load_cpus == (self.server_cpu,)

    @property
    def one_namespace(self) -> bool:
        """Whether the load joins the server's network namespace."""
        return self.one_host and self.network is Network.LOOPBACK

    @property
    def layout(self) -> Layout:
        """The placement as the record stores it."""
        return Layout(
            server_cpu=self.server_cpu,
            load_cpus=self.load_cpus,
            shared=self.shared,
            smt_shared=self.smt_shared,
            network=self.network,
        )
