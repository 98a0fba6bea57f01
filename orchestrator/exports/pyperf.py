"""The JSON of pyperf, for ``pyperf compare_to base.json head.json``.

Sources: pyperf 2.11.0, ``pyperf/_bench.py`` (the format's history, and what it refuses when it
reads a file) and ``pyperf/_metadata.py`` (units, and which metadata have a type);
https://pyperf.readthedocs.io/en/latest/api.html#metadata.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.exports.rows import as_text, exportable, named, of_quantity
from orchestrator.model.comparable import Comparable, ComparableRow, Quantity
from orchestrator.words import line

VERSION = "1.0"
"""Of the format; pyperf writes it since its release 1.0."""
TIMES = {"s": 1, "ms": 1e3, "us": 1e6, "µs": 1e6, "μs": 1e6, "ns": 1e9}
"""Unit of a time -> how many of it are a second. Unicode has two signs for micro."""
RATES = {f"1/{unit}": number for unit, number in TIMES.items()}
"""Unit of a rate -> the same for the unit of 1 / value."""
BYTES = ("B", "byte", "bytes")


def pyperf(comparable: Comparable, quantity: str | None = None) -> str:
    """The record as a pyperf suite: a benchmark for each row, a run for each of its values.

    pyperf takes a smaller value as faster, and knows the units second, byte and integer. So:

    * times are in seconds, bytes in bytes;
    * what is better if it is larger becomes 1 / value: a rate in 1/s becomes the seconds for one;
    * all else, such as instructions and ratios, is an "integer", which pyperf prints as it is.

    Each benchmark's metadata has ``lab_value``, which says what its values are. The conditions and
    circumstances are metadata of the file. All of the lab's names begin with ``lab_``, because
    pyperf gives others a meaning.

    Args:
        quantity: the name of the only quantity to write; default: all.

    Returns:
        JSON. pyperf refuses it if there are no rows with values.
    """
    benchmarks = [
        {
            "metadata": _metadata(row),
            "runs": [{"values": [value]} for value in _values(row)],
        }
        for row in exportable(of_quantity(comparable, quantity))
    ]
    return as_text({"version": VERSION, "metadata": _of_file(comparable), "benchmarks": benchmarks})


def _values(row: ComparableRow) -> list[float]:
    _, divisor = _unit(row.quantity)
    if row.quantity.less_is_faster:
        return [value / divisor for value in row.values]
    return [1 / (value * divisor) for value in row.values]


def _unit(quantity: Quantity) -> tuple[str, float]:
    """pyperf's unit, and by what a value (or 1 / value) is divided to have it."""
    times = TIMES if quantity.less_is_faster else RATES
    if quantity.unit in times:
        return "second", times[quantity.unit]
    return ("byte" if quantity.less_is_faster and quantity.unit in BYTES else "integer"), 1


def _metadata(row: ComparableRow) -> dict[str, str]:
    quantity = row.quantity
    unit = quantity.unit or "ratio"
    title = quantity.title if quantity.less_is_faster else f"1 / {quantity.title}"
    said = {"value": f"{title} (measured in {unit})", **row.made_of}
    return {"name": named(row), "unit": _unit(quantity)[0], **_own(said)}


def _of_file(comparable: Comparable) -> dict[str, str]:
    return _own(
        {
            **comparable.conditions,
            **comparable.circumstances,
            "experiment": comparable.experiment,
            "run_id": comparable.run_id,
            "started_at": comparable.started_at,
        }
    )


def _own(said: Mapping[str, str]) -> dict[str, str]:
    """As metadata: pyperf refuses an empty text and a line break."""
    lines = {name: line(text).strip() for name, text in said.items()}
    return {f"lab_{name}": text for name, text in lines.items() if text}
