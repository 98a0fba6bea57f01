"""Images as one file, for another engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class ImageArchives(Protocol):
    """Writes images to a file, and reads them from it."""

    def save(self, images: Sequence[str], file: Path, host: str = "") -> None:
        """Write the images with all their layers and names; ``file`` is there whole or not at all.

        Args:
            host: another engine than the usual one (``DOCKER_HOST``).

        Raises:
            EnvironmentMissing: the engine refused.
        """

    def load(self, file: Path, host: str = "") -> None:
        """Load them under the names that they were saved with.

        Raises:
            UsageError: there is no such file.
            EnvironmentMissing: the engine refused, as it does where the file is no archive.
        """
