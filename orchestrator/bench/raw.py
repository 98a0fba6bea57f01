"""The raw files of a trial: logs, the engine's samples, Locust's CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from labwire.events import LoadFile, without_files
from orchestrator.model.sample import Sample

SAMPLES = "samples.csv"
COLUMNS = ("container", "at_s", "cpu_s", "memory_bytes", "throttled_s")


class RawFiles:
    """The files of one trial by name; collected as they arrive, so that a failure loses none."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self._samples: dict[str, list[Sample]] = {}

    def keep_log(self, container: str, text: str) -> None:
        """Keep the output of a container as ``<container>.log``."""
        # Files that arrive as events are kept as files of their own.
        self.files[f"{container}.log"] = without_files(text)

    def keep_file(self, part: LoadFile) -> None:
        """Keep a file of the load generator, or append the next part of one."""
        before = self.files.get(part.name, "") if part.more else ""
        self.files[part.name] = before + part.text

    def keep_samples(self, container: str, samples: Sequence[Sample]) -> None:
        """Append readings of one container."""
        self._samples.setdefault(container, []).extend(samples)
        if any(self._samples.values()):
            self.files[SAMPLES] = samples_csv(self._samples)


def samples_csv(samples: Mapping[str, Sequence[Sample]]) -> str:
    """The readings of several containers as a table; ``at_s`` in unix seconds."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for container, readings in samples.items():
        for reading in readings:
            table.writerow(
                (
                    container,
                    reading.at,
                    reading.cpu_s,
                    reading.memory_bytes,
                    reading.throttled_s,
                )
            )
    return text.getvalue()
