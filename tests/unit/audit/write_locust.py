"""Writes Locust's CSV files of one test with Locust's own classes: PREFIX, PATH, BODY bytes.

This is a separate program, since Locust patches the standard library when it is imported.
"""

import sys
import time

from locust.env import Environment
from locust.stats import PERCENTILES_TO_REPORT, StatsCSVFileWriter

LATENCIES_MS = [*range(1, 400), 1_234.5]


def main(prefix: str, path: str, body_bytes: int) -> None:
    environment = Environment()
    stats = environment.stats
    writer = StatsCSVFileWriter(environment, PERCENTILES_TO_REPORT, prefix)
    writer.stats_history_csv_writer.writerow(writer.stats_history_csv_columns)
    writer._stats_history_data_rows(writer.stats_history_csv_writer, time.time())
    for latency in LATENCIES_MS:
        stats.log_request("GET", path, latency, body_bytes)
    for entry in (*stats.entries.values(), stats.total):
        entry.start_time = (entry.last_request_timestamp or 0) - 10
    stats.log_error("GET", path, "reset")
    stats.log_error("GET", path, "reset")
    writer._stats_history_data_rows(writer.stats_history_csv_writer, time.time() + 10)
    writer.requests_csv(writer.requests_csv_writer)
    writer.failures_csv(writer.failures_csv_writer)
    writer.exceptions_csv(writer.exceptions_csv_writer)
    writer.close_files()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
