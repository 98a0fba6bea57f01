"""Exit codes of ``lab``; ``errors.py`` has those that belong to an error."""

from __future__ import annotations

ALL_WELL, SOME_FAILED, WRONG, MISSING, INTERRUPTED = 0, 1, 2, 3, 130
"""All rows measured; some failed, or something was found; what was asked for is wrong; something is
missing; interrupted."""
