"""The row of a trial, as far as it is known before the trial runs. Pure."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.model.entry import Manifest
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import Outcome, Server, TrialRecord


def planned_record(trial: PlannedTrial, outcome: Outcome, **fields: object) -> TrialRecord:
    """The row of a trial that has not run; ``fields`` are set in it."""
    manifest, workload = trial.entry.manifest, trial.expectation.workload
    blank = TrialRecord(
        service=manifest.id,
        workload=workload,
        repeat=trial.repeat,
        order=trial.order,
        outcome=outcome,
        server=replace(server_facts(manifest), uses=manifest.uses.get(workload, "")),
    )
    return replace(blank, **fields)  # type: ignore[arg-type]


def server_facts(manifest: Manifest) -> Server:
    """What the manifest says about the server."""
    return Server(
        name=manifest.name,
        server=manifest.server,
        workers=manifest.workers,
        threads=manifest.threads,
        keep_alive=manifest.keep_alive,
        backlog=manifest.backlog,
        interface=manifest.interface,
        event_loop=manifest.event_loop,
        http_parser=manifest.http_parser,
        framework=manifest.framework,
        deployment=manifest.deployment,
        notes=manifest.notes,
        unsaid=manifest.unsaid,
    )
