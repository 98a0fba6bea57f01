"""The real clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Monotonic seconds for durations, UTC for times that people read."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary point."""
        return time.monotonic()

    def utc(self) -> str:
        """Now, ISO 8601 to the second."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
