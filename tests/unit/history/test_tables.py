"""A history as Markdown, as JSON, and as a page."""

from __future__ import annotations

import msgspec

from orchestrator.history.charts import line_chart
from orchestrator.history.found import found
from orchestrator.history.line import digest
from orchestrator.history.page import page
from orchestrator.history.tables import changes_table, document, groups, lines_table, markdown
from tests.unit.history.examples import changed, many, nights, run


def test_groups_are_those_of_equal_conditions_the_newest_first() -> None:
    known = groups(found(many()))
    assert [group.title.partition(",")[0] for group in known] == ["lab cost", "lab cost"]
    assert [len(group.found[0].line.points) for group in known] == [30, 3]
    assert {digest(group.conditions) for group in known} == {
        group.title.rpartition(" ")[2] for group in known
    }


def test_a_line_shows_its_latest_value_and_how_many_runs_it_has() -> None:
    first, second = (lines_table(group) for group in groups(found(many())))
    (whole,), (few,) = first.shown, second.shown
    assert whole[0] == "flask"
    assert whole[-3:] == ("2026-01-30", "30", "2")
    assert few[-3:] == ("2026-01-03", "3", "needs 7 more runs")
    assert few[4] == "-"  # one repeat has no interval


def test_change_points_stand_below_with_size_and_interval_the_newest_first() -> None:
    (group,) = groups(found(changed()))
    table = changes_table(group)
    assert table is not None
    assert [row[7] for row in table.shown] == ["cost-2026-01-21-000014", "cost-2026-01-11-00000a"]
    down, up = table.shown
    assert (up[3], down[3]) == ("2026-01-11", "2026-01-21")
    assert up[4].startswith("+")
    assert " to +" in up[5]
    assert (up[6], down[6]) == ("slower", "faster")
    assert up[10] == "kernel 6.1 → 6.2"


def test_markdown_names_the_conditions_that_differ() -> None:
    text = markdown(found(many()))
    assert text.count("## lab cost, conditions ") == 2
    assert "CPU model: one; CPUs: 2" in text
    assert "CPU model: two; CPUs: 1" in text
    assert "GET /json" not in text
    assert "No change point." in text
    assert "| flask | json | relative cost |" in text


def test_a_history_without_lines_says_so() -> None:
    assert "lab history add" in markdown(())
    assert "No run yet" in page(())
    assert document(()) == []


def test_programs_get_every_line_with_its_change_points() -> None:
    (cost, rate) = msgspec.json.decode(msgspec.json.encode(document(found(many()))))
    cost, rate = (cost, rate) if cost["quantity"] == "relative-cost" else (rate, cost)
    assert (cost["service"], cost["workload"], cost["runs"], cost["runs_missing"]) == (
        "flask", "json", 30, 0,
    )  # fmt: skip
    assert cost["conditions"] == {"CPU model": "one", "CPUs": "2", "workload json": "GET /json"}
    assert cost["latest"]["run"] == "cost-2026-01-30-00001d"
    assert [(one["before"], one["after"], one["answer"]) for one in cost["change_points"]] == [
        ("cost-2026-01-10-000009", "cost-2026-01-11-00000a", "slower"),
        ("cost-2026-01-20-000013", "cost-2026-01-21-000014", "faster"),
    ]
    for one in cost["change_points"]:
        assert one["low"] < one["ratio"] < one["high"]
    assert (rate["runs"], rate["runs_missing"], rate["change_points"]) == (3, 7, [])
    assert rate["latest"]["low"] is None


def test_a_chart_says_in_words_what_it_shows() -> None:
    (whole,) = found(changed())
    assert "Slower from 2026-01-11 on: +" in line_chart(whole).text
    assert line_chart(whole).title == "flask, json: relative-cost"
    (flat,) = found(nights([1.0] * 12))
    assert line_chart(flat).text == "No change point in 12 runs."
    (few,) = found(nights([1.0]))
    assert line_chart(few).text == "Change points need 9 more runs."


def test_the_page_shows_every_line_once_those_with_changes_first() -> None:
    text = page(found(many()))
    assert text.count("<figure>") == 2
    assert "2 series, 2 change points" in text
    assert text.index("Slower from 2026-01-11 on") < text.index("Change points need 7 more runs")


def test_text_from_outside_cannot_be_markup() -> None:
    runs = nights([1.0], conditions={"CPU model": "<script>alert(1)</script>|"})
    assert "<script>" not in page(found(runs))
    other = [*runs, run(3)]
    assert "<script>" not in markdown(found(other))
