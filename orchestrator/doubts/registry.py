"""Every kind of doubt by its code."""

from __future__ import annotations

from orchestrator.doubts import host, observed, trial
from orchestrator.doubts.kind import DoubtKind

REGISTRY: dict[str, DoubtKind] = {
    kind.code: kind
    for kind in sorted((*host.KINDS, *observed.KINDS, *trial.KINDS), key=lambda kind: kind.code)
}
