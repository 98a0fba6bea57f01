"""The exit codes of ``lab`` that are no error's own (``errors.py`` has those)."""

from __future__ import annotations

ALL_WELL, SOME_FAILED, MISSING, INTERRUPTED = 0, 1, 3, 130
"""All rows measured; some failed, or something was found; the host lacks something; interrupted."""
