"""Every kind of doubt by its code."""

from __future__ import annotations

from orchestrator.doubts import host, trial
from orchestrator.doubts.kind import Kind

REGISTRY: dict[str, Kind] = {
    kind.code: kind for kind in sorted((*host.KINDS, *trial.KINDS), key=lambda kind: kind.code)
}
