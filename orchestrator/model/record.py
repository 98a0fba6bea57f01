"""The run record (``run.json``): what was measured, never edited afterwards. Missing is None."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.model.host import Host, WholeMemory
from orchestrator.model.settings import Layout, Profile, Settings
from orchestrator.model.trial import Caveat, TrialRecord
from orchestrator.words import Moment, Name, RunId

SCHEMA = 2
"""2: `contract` of a run; `raw` of a trial; `package` of its server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What one workload asked for and what the right answer was.

    ``method``: GET in runs of a lab that knew no other.
    """

    path: str
    content_type: str
    body_bytes: int
    method: str = "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """``results/<run>/run.json``; times are UTC, ISO 8601. ``setup_s``: image builds and plan.

    ``contract``: what each workload asked for; empty where the run is older than schema 2.
    ``memory``: what the whole lab needed; None where nothing tells, or the run is older than that.
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
    caveats: tuple[Caveat, ...] = ()
