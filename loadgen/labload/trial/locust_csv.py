"""Sends Locust's own CSV files of the closed loop as events, since its container keeps no files.

Locust's classes write them, so a program that reads Locust's files can read these. Its ``--csv``
does not fit: it writes once a second until Locust ends, so its files would miss the last second of
the closed loop, or contain the open loop.
"""

import csv
import io
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

from locust import stats
from locust.env import Environment
from locust.stats import StatsCSVFileWriter

from labload.trial.events import emit
from labwire.events import LoadFile

PREFIX = "locust_"


class LocustCsv:
    """Sends the files' current contents, until the closed loop is over."""

    def __init__(self, environment: Environment) -> None:
        with TemporaryDirectory() as folder:
            # It opens files at once, but only its tables are needed.
            self._writer: Any = StatsCSVFileWriter(
                environment, stats.PERCENTILES_TO_REPORT, f"{folder}/locust"
            )
            self._writer.close_files()
        self._over = False

    def begin(self) -> None:
        """Send the heading and the first line of the history."""
        columns = self._writer.stats_history_csv_columns
        self._tell("stats_history", lambda table: table.writerow(columns))
        self.second()

    def second(self) -> None:
        """Send another line of the history."""
        if not self._over:
            self._tell(
                "stats_history",
                lambda table: self._writer._stats_history_data_rows(table, time.time()),
                more=True,
            )

    def tell(self, *, last: bool = False) -> None:
        """Send the current contents of the other files, which replace earlier ones.

        Args:
            last: the closed loop is over; the files do not contain what is counted from now on.
        """
        if not self._over:
            self._tell("stats", self._writer.requests_csv)
            self._tell("failures", self._writer.failures_csv)
            self._tell("exceptions", self._writer.exceptions_csv)
        if last:
            self.second()
            self._over = True

    def _tell(self, name: str, write: Callable[[Any], None], *, more: bool = False) -> None:
        text = io.StringIO()
        write(csv.writer(text))
        emit(LoadFile(name=f"{PREFIX}{name}.csv", text=text.getvalue(), more=more))
