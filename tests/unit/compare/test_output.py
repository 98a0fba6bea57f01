"""What people and programs get of a comparison: text, JSON and page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from orchestrator.compare.chart import charts
from orchestrator.compare.compared import compared
from orchestrator.compare.comparison import Comparison
from orchestrator.compare.document import json_text
from orchestrator.compare.page import page
from orchestrator.compare.summary import markdown_summary
from orchestrator.compare.together import RELATIVE_COST
from orchestrator.compare.words import assumed, caveats, summary, unlike
from orchestrator.words import printable
from tests.unit.compare.examples import CPU, comparable, hostile, records, row
from tests.unit.experiments.ab.test_page import Tags, pictures

OUTPUTS: dict[str, Callable[[Comparison], str]] = {
    "json": json_text,
    "markdown": markdown_summary,
    "page": page,
}


def unequal() -> Comparison:
    base, head = records()
    return compared(base, replace(head, conditions={**head.conditions, "CPUs": "4"}))


def mixed() -> Comparison:
    """A changed service, rows of one record only, a failed row, other versions."""
    base, head = records({"flask": 1.3})
    failed = replace(base.rows[0], values=(), note="failed in verify: a wrong body")
    newer = replace(head.rows[3], made_of={**head.rows[3].made_of, "flask": "3.1.2"})
    return compared(
        replace(base, rows=(failed, *base.rows[1:])),
        replace(head, rows=(*head.rows[:3], newer, *head.rows[4:], row("new", (1.0, 1.01)))),
    )


def test_the_summary_is_as_it_was(golden: Callable[[str, str], None]) -> None:
    golden("compare.md", markdown_summary(mixed()))


@pytest.mark.parametrize("output", OUTPUTS)
def test_what_was_compared_anyway_says_so_everywhere(output: str) -> None:
    text = OUTPUTS[output](unequal())
    assert "Compared anyway" in text
    assert "CPUs: base has 2, head has 4" in text
    equal = OUTPUTS[output](compared(*records()))
    assert "Compared anyway" not in equal


def test_programs_get_every_row_with_its_numbers_and_what_it_was_made_of() -> None:
    found = json.loads(json_text(mixed()))
    assert found["headline"] == "throughput"
    assert found["slower"] is True
    assert len(found["rows"]) == 19
    flask = found["rows"][3]
    assert (flask["service"], flask["workload"], flask["quantity"]) == (
        "flask", "json", "throughput",
    )  # fmt: skip
    assert flask["answer"] == "slower"
    assert flask["low"] < flask["ratio"] < flask["high"] < 1
    assert flask["smallest_effect"] > 0
    assert len(flask["base"]["values"]) == len(flask["head"]["values"]) == 3
    assert flask["head"]["made_of"]["flask"] == "3.1.2"
    failed, new = found["rows"][0], found["rows"][-1]
    assert (failed["ratio"], failed["answer"]) == (None, None)
    assert failed["why"] == "base: failed in verify: a wrong body"
    assert (new["base"], new["why"]) == (None, "only head has this row")


def test_the_headline_is_summed_up_in_a_sentence() -> None:
    assert re.fullmatch(
        r"By throughput: 1 of 10 rows slower, 0 faster, 0 same, 7 undecided, 2 not compared\. "
        r"Slower: flask json -2\d\.\d\d %\.",
        summary(mixed()),
    )
    assert summary(compared(comparable(), comparable())) == "There is no row to compare."


def test_a_record_compared_with_itself_says_so() -> None:
    base, _ = records()
    found = compared(base, base)
    assert list(caveats(found)) == [
        "Base and head are the same record, 2026-03-02-aaaaaa: every ratio is exactly 1."
    ]
    assert list(assumed(found)) == []
    changed = compared(base, replace(base, rows=base.rows[1:]))
    assert "but not the same rows" in next(caveats(changed))


def test_runs_without_repeats_say_that_repeats_are_needed() -> None:
    found = compared(*records(count=1))
    assert all("--repeats 3" in text for text in caveats(found))
    assert len(list(caveats(found))) == 2
    assert "too few values" in markdown_summary(found)


def test_a_shift_of_all_rows_is_a_caveat() -> None:
    base, head = records()
    slow = [replace(r, values=tuple(0.8 * v for v in r.values)) for r in head.rows]
    (rates, costs) = caveats(compared(base, replace(head, rows=tuple(slow))))
    assert rates.startswith("Throughput: most rows moved in the same direction")
    assert costs.startswith("CPU time for a request: most rows moved")


def test_rows_that_were_not_compared_are_listed_with_the_reason() -> None:
    assert list(unlike(mixed())) == [
        "aiohttp json, throughput: not compared: base: failed in verify: a wrong body",
        "new json, throughput: not compared: only head has this row",
    ]


def test_what_was_assumed_depends_on_what_was_used() -> None:
    few, many = (list(assumed(compared(*records(count=count)))) for count in (3, 6))
    assert [text.split(":")[0] for text in few] == ["Rows with fewer values", "Assumed in any case"]
    assert [text.split(":")[0] for text in many] == [
        "Rows with at least 5 values on both sides", "Assumed in any case",
    ]  # fmt: skip
    assert "36 degrees of freedom" in few[0]


def test_costs_relative_to_a_reference_do_not_assume_a_machine_of_one_speed() -> None:
    sides = (
        comparable(
            *(replace(r, quantity=RELATIVE_COST) for r in one.rows if r.quantity == CPU),
            run_id=one.run_id,
        )
        for one in records(count=6)
    )
    (text,) = assumed(compared(*sides))
    assert text.startswith("Rows with at least 5 values")


def test_the_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    tags = Tags(page(mixed()))
    assert tags.named("script") == []
    (policy,) = (tag for tag in tags.named("meta") if "http-equiv" in tag)
    assert policy["content"] == ("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert len(pictures(page(mixed()))) == 4
    assert page(mixed()) == page(mixed())


@pytest.mark.parametrize("output", OUTPUTS)
def test_text_from_outside_cannot_do_anything(output: str) -> None:
    text = printable(OUTPUTS[output](compared(*hostile())))
    assert "<script" not in text or output == "json"
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    json.loads(json_text(compared(*hostile())))


@pytest.mark.parametrize("count", [1, 3])
def test_an_interval_that_is_unknown_or_wide_does_not_stretch_the_axis(count: int) -> None:
    base, head = records(count=count)
    wild = replace(base.rows[0], values=(1.0, 1e9) if count > 1 else (1.0,))
    (drawn, _) = charts(compared(replace(base, rows=(wild, *base.rows[1:])), head))
    low, high = drawn.spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    for one in drawn.spec["data"]["values"]:
        assert low <= one["low"] <= one["high"] <= high


def test_records_without_a_common_row_have_no_chart() -> None:
    found = compared(comparable(row("a", (1.0,))), comparable(row("b", (1.0,)), run_id="other"))
    assert charts(found) == []
    assert "Changes with their intervals" not in page(found)
