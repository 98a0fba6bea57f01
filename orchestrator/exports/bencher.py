"""The Bencher Metric Format: benchmark -> measure -> value, with the ends of its interval.

Source: https://bencher.dev/docs/reference/bencher-metric-format/, with its JSON Schema.
"""

from __future__ import annotations

from orchestrator.exports.rows import as_text, exportable
from orchestrator.model.comparable import Comparable
from orchestrator.stats.geometric import geometric_mean


def bencher(comparable: Comparable) -> str:
    """The record for ``bencher run --adapter json``.

    A benchmark is a service with its workload, such as ``flask/json``; a measure is a quantity, in
    its own unit. ``value`` is the geometric mean, ``lower_value`` and ``upper_value`` are the ends
    of its 95 % interval; both are absent for a single value.

    Returns:
        JSON: an object, empty if no row has values.
    """
    benchmarks: dict[str, dict[str, dict[str, float]]] = {}
    for row in exportable(comparable):
        mean = geometric_mean(row.values)
        metric = {"value": mean.value}
        if mean.low is not None and mean.high is not None:
            metric |= {"lower_value": mean.low, "upper_value": mean.high}
        benchmarks.setdefault(f"{row.service}/{row.workload}", {})[row.quantity.name] = metric
    return as_text(benchmarks)
