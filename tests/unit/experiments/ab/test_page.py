"""The page of a comparison, made from its record alone."""

import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from orchestrator.cli import main
from orchestrator.experiments.ab.charts import drawings
from orchestrator.experiments.ab.charts.drawing import MOST
from orchestrator.experiments.ab.document import ab_files
from orchestrator.experiments.ab.page import page
from orchestrator.experiments.ab.record import ABRecord
from orchestrator.model.finding import Finding, Kind
from orchestrator.report.templating import Links
from tests.unit.experiments.ab.examples import (
    SLICES,
    ab_record,
    by_instructions,
    counts,
    failed,
    hostile,
    launches,
)


class Tags(HTMLParser):
    """Names and attributes of all tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag == name]


def pictures(text: str) -> list[str]:
    """The SVG of each picture, in light and in dark."""
    found = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", text)
    return [b64decode(one).decode() for one in found]


@pytest.mark.parametrize("record", [ab_record(), by_instructions()], ids=["cpu", "instructions"])
def test_it_draws_both_pairs_and_the_course_in_light_and_dark(record: ABRecord) -> None:
    text = page(record)
    drawn = pictures(text)
    assert len(drawn) == 6
    for title in ("Head against base", "A/A: base against base", "as it became known"):
        assert sum(title in one for one in drawn) >= 2
    assert [("#ffffff" in one, "#14171b" in one) for one in drawn] == [
        (False, True), (True, False),
    ] * 3  # fmt: skip
    assert all(image["alt"] for image in Tags(text).named("img"))


def test_the_same_record_gives_the_same_bytes() -> None:
    assert page(ab_record()) == page(ab_record())


def test_it_needs_no_script_and_nothing_from_elsewhere() -> None:
    tags = Tags(page(ab_record()))
    assert tags.named("script") == []
    (policy,) = (tag for tag in tags.named("meta") if "http-equiv" in tag)
    assert policy["content"] == ("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    sources = [tag.get("src") or tag.get("srcset") or "" for _, tag in tags.seen]
    assert {one.partition(":")[0] for one in sources if one} == {"data"}


def test_text_from_outside_is_escaped() -> None:
    text = page(hostile())
    tags = Tags(text)
    assert {name for name, _ in tags.seen} <= {name for name, _ in Tags(page(failed())).seen} | {
        "ul", "li", "p", "section", "picture", "source", "img", "figure", "figcaption", "small",
    }  # fmt: skip
    assert [one for one in tags.named("img") if "onerror" in one] == []
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_a_failure_shows_its_log_and_no_pictures() -> None:
    text = page(failed())
    assert "Not compared: head could not be built: pip found no flask==9.9.9." in text
    assert "ERROR: No matching distribution found" in text
    assert pictures(text) == []


def test_findings_of_the_audit_are_on_the_page() -> None:
    finding = Finding(
        file="", row="launch 1", rule="time", kind=Kind.DOUBT, seen=1, expected=2, text="odd"
    )
    assert "launch 1: odd (<code>time</code>)" in page(ab_record(), findings=[finding])


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_launches_have_no_band(count: int) -> None:
    for drawing in drawings(ab_record(launches=launches(count)))[:2]:
        assert "95 % interval" not in drawing.text
        assert "rect" not in str(drawing.spec["vconcat"][-1])
    assert len(pictures(page(ab_record(launches=launches(count))))) == 6


def test_equal_counts_can_be_drawn() -> None:
    (same,) = counts(1, spread=0.0)
    assert len(pictures(page(by_instructions(counts=(same,) * 3)))) == 6


def test_of_very_many_launches_some_are_drawn() -> None:
    head, again, course = drawings(ab_record(launches=launches(2 * MOST + 1)))
    assert "One of every 3 launches is drawn." in head.text
    dots = head.spec["vconcat"][1]["layer"][-1]["data"]["values"]
    assert [dot["launch"] for dot in dots] == list(range(1, 2 * MOST + 2, 3))
    assert course.spec["data"]["values"][-1]["launch"] == 2 * MOST + 1
    assert again.spec["vconcat"][1]["layer"][-1]["data"]["values"] != dots


def test_both_pairs_share_one_axis() -> None:
    head, again, _ = drawings(ab_record(launches=launches(20, 0.3)))
    axes = [
        one.spec["vconcat"][1]["layer"][-1]["encoding"]["x"]["scale"]["domain"]
        for one in (head, again)
    ]
    assert axes[0] == axes[1]
    assert axes[0][0] < 0 < 30 < axes[0][1]


def test_slices_far_outside_are_counted_instead_of_drawn() -> None:
    one, *others = launches(40)
    first = replace(one.slices[0], head_us=one.slices[0].head_us * 9)
    disturbed = replace(one, slices=(first, *one.slices[1:]))
    head, *_ = drawings(ab_record(launches=(disturbed, *others)))
    slices = head.spec["vconcat"][1]["layer"][-2]
    low, high = slices["encoding"]["x"]["scale"]["domain"]
    drawn = [dot["change"] for dot in slices["data"]["values"]]
    assert high < 20
    assert low <= min(drawn) <= max(drawn) <= high
    assert f"Slices outside of this picture: {40 * SLICES - len(drawn)}." in head.text


def test_the_command_report_writes_the_page_and_the_list_of_runs_links_to_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = ab_record(), ab_record(run_id="ab-2026-03-03-abcdef", launches=launches(2)[::-1])
    for record in (good, bad):
        (tmp_path / record.run_id).mkdir()
        content = ab_files(record)["ab.json"]
        (tmp_path / record.run_id / "ab.json").write_bytes(content)
    assert main(["report", "--results", str(tmp_path)]) == 1
    assert f"{bad.run_id}: its record contradicts itself" in capsys.readouterr().err
    text = (tmp_path / "index.html").read_text()
    assert f'<a href="{good.run_id}/report/ab.html">' in text
    assert f'<a href="{bad.run_id}/ab.json">' in text
    made = (tmp_path / good.run_id / "report" / "ab.html").read_text()
    assert made == page(good, links=Links(root=None))
    assert (tmp_path / good.run_id / "ab.md").read_bytes() == ab_files(good)["ab.md"]
