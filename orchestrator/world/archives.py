"""Images as one file, for use on another engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class ImageArchives(Protocol):
    """Writes images to a file, and reads them from it."""

    def save(self, images: Sequence[str], file: Path) -> None:
        """Write the images with all their layers and names; ``file`` is complete or absent.

        Raises:
            EnvironmentMissing: the engine refused.
        """

    def load(self, file: Path, host: str = "") -> None:
        """Load the archive's images under the names that they were saved with.

        Args:
            host: the address (``DOCKER_HOST``) of an engine other than the default one.

        Raises:
            UsageError: there is no such file.
            EnvironmentMissing: the engine refused, for example because the file is not an archive.
        """
