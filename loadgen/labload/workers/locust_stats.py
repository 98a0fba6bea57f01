"""Feeds Locust's own statistics in batches, so that its tables, CSV and web page are right."""

import time
from collections import Counter
from typing import Any

from locust import stats as locust_stats
from locust.stats import RequestStats, StatsEntry, StatsError

from labload.counts.tally import Distribution


class LocustStats:
    """Locust's statistics of one worker, for requests of one method and name.

    One call for thousands of requests costs less than ten calls of `log_request`. Failures add no
    response time, because theirs would only say how fast the server refuses.
    """

    def __init__(self, stats: RequestStats, method: str, name: str) -> None:
        self._stats = stats
        self._method = str(method)  # Locust shows the `repr` of it
        self._name = name

    def add(self, latencies: Distribution, failures: Counter[str], received: int) -> None:
        """Requests that ended since the last call: successes by microseconds, failures by kind."""
        entry = self._entry(latencies, failures, received)
        if entry.num_requests:
            self._stats.get(self._name, self._method).extend(entry)
            self._stats.total.extend(entry)
        for kind, count in failures.items():
            name = str(kind)  # Locust sorts errors by their `repr`
            key = StatsError.create_key(self._method, self._name, name)
            if key not in self._stats.errors:
                self._stats.errors[key] = StatsError(self._method, self._name, name)
            error, now = self._stats.errors[key], time.time()
            error.occurrences += count
            error.first_seen = error.first_seen or now
            error.last_seen = now

    def _entry(self, latencies: Distribution, failures: Counter[str], received: int) -> StatsEntry:
        # Locust's types of its numbers are wrong.
        entry: Any = StatsEntry(self._stats, self._name, self._method)
        now = time.time()
        successes, failed = latencies.total(), failures.total()
        entry.num_requests = successes + failed
        entry.num_none_requests = failed
        entry.num_failures = failed
        entry.total_content_length = received
        entry.last_request_timestamp = now
        entry.num_reqs_per_sec[int(now)] = successes + failed
        entry.num_fail_per_sec[int(now)] = failed
        if latencies:
            entry.min_response_time = min(latencies) / 1000
            entry.max_response_time = max(latencies) / 1000
        for latency_us, count in latencies.items():
            milliseconds = latency_us / 1000
            entry.total_response_time += milliseconds * count
            entry.response_times[locust_stats.bucket_response_time(milliseconds)] += count
        filled: StatsEntry = entry
        return filled
