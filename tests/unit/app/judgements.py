"""Small examples of a judgement's values. Tests change the parts that they test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestrator.app.judged import JUDGEMENT_SCHEMA, Asked, Judged, Judgement

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def asked(**changes: Any) -> Asked:
    example = Asked(
        since="main",
        services=(),
        workloads=("json",),
        fail_above=0.01,
        budget_s=180.0,
        within_s=3600.0,
    )
    return replace(example, **changes)


def judgement(*lines: Judged, **changes: Any) -> Judgement:
    example = Judgement(
        schema=JUDGEMENT_SCHEMA,
        run_id="judge-2026-03-02-abcdef",
        started_at="2026-03-02T12:00:00Z",
        finished_at="2026-03-02T12:05:00Z",
        command="lab judge --since main",
        asked=asked(),
        commit=COMMIT,
        lines=lines,
    )
    return replace(example, **changes)
