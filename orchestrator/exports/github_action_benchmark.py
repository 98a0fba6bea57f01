"""The JSON of github-action-benchmark's tools for results of any kind.

Sources: https://github.com/benchmark-action/github-action-benchmark, ``README.md`` (its tools
``customSmallerIsBetter`` and ``customBiggerIsBetter``), ``src/extract.ts`` (``BenchmarkResult``:
the members and their types), ``src/extractRangeInfo.ts`` (how a range is read) and
``src/canonicalizeUnit.ts`` (units of time).
"""

from __future__ import annotations

from orchestrator.exports.rows import as_text, exportable, named
from orchestrator.model.comparable import Comparable, ComparableRow
from orchestrator.stats.geometric import GeometricMean, geometric_mean
from orchestrator.words import line


def github_action_benchmark(comparable: Comparable, *, smaller_is_better: bool = True) -> str:
    """The rows of one direction; the action takes a file of only one.

    ``value`` is the geometric mean of a row's values. ``range`` is the distance to the farther end
    of its 95 % interval, absent for a single value. ``extra`` has the interval itself.

    Args:
        smaller_is_better: true for the tool customSmallerIsBetter, false for customBiggerIsBetter.

    Returns:
        JSON: a list, empty if no row has this direction.
    """
    rows = exportable(comparable)
    chosen = (row for row in rows if row.quantity.less_is_faster is smaller_is_better)
    return as_text([_entry(comparable, row) for row in chosen])


def _entry(comparable: Comparable, row: ComparableRow) -> dict[str, str | float]:
    mean = geometric_mean(row.values)
    entry: dict[str, str | float] = {
        "name": named(row),
        "unit": row.quantity.unit or "ratio",
        "value": mean.value,
        "extra": "\n".join(_extra(comparable, row, mean)),
    }
    if mean.low is not None and mean.high is not None:
        entry["range"] = f"± {max(mean.high - mean.value, mean.value - mean.low):.6g}"
    return entry


def _extra(comparable: Comparable, row: ComparableRow, mean: GeometricMean) -> list[str]:
    said = [row.quantity.title]
    if mean.low is not None and mean.high is not None:
        unit = f" {row.quantity.unit}".rstrip()
        said.append(f"95 % interval: {mean.low:.6g} to {mean.high:.6g}{unit}")
    said += [f"values: {mean.count}", f"run: {comparable.run_id}"]
    return said + [f"{name}: {line(text)}" for name, text in row.made_of.items() if text]
