"""The run record (``run.json``): measurements, never edited afterwards; None means missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.model.host import Host, WholeMemory
from orchestrator.model.placement import Layout
from orchestrator.model.settings import Profile, Settings
from orchestrator.model.together import Together
from orchestrator.model.trial import Caveat, TrialRecord
from orchestrator.words import Moment, Name, RunId

SCHEMA = 2
"""Schema 2 added `contract` of a run, `raw` of a trial and `package` of its server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What one workload requested, and what the right answer was.

    ``method``: GET in runs of older versions of the lab, which knew no other. ``digest``: SHA-256
    of the whole request and answer (docs/results-format.md); None in runs that are older than the
    field. ``judged_by``: how a body is judged (`labwire.exchange.JudgedBy`). ``kinds``: how many
    kinds of requests the workload has; path, content type and so on are those of the first request.
    """

    path: str
    content_type: str
    body_bytes: int
    method: str = "GET"
    digest: str | None = None
    judged_by: str = "bytes"
    kinds: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """``results/<run>/run.json``; times are UTC, ISO 8601. ``setup_s``: plan and image builds.

    ``contract``: what each workload requested; empty in runs older than schema 2.
    ``memory``: what the whole lab needed; None if unknown, or if the run is older than the field.
    ``together``: the launches of all services at once, one entry for each workload; empty if the
    profile has none, if they were not reached, or if the run is older than the field.
    """

    schema: int
    run_id: RunId
    started_at: Moment
    finished_at: Moment | None
    command: str
    seed: int
    settings: Settings
    profile: Profile
    host: Host
    layout: Layout
    contract: dict[Name, Endpoint] = field(default_factory=dict)
    interrupted: bool = False
    setup_s: float | None = None
    wall_s: float | None = None
    memory: WholeMemory | None = None
    trials: tuple[TrialRecord, ...] = ()
    together: tuple[Together, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    @property
    def named(self) -> bool:
        """Whether its services were named one by one, and not measured as a set.

        False also if it cannot be told: the record is older than sets, or has no trial. The field
        `Server.framework` is as old as `Settings.set_name`, and never empty since.
        """
        return self.settings.set_name is None and any(t.server.framework for t in self.trials)
