"""The page of a cost table, opened from disk in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from orchestrator.experiments.cost.page import page
from tests.browser.browsing import watched
from tests.unit.experiments.cost.based import with_bases
from tests.unit.experiments.cost.examples import cost_record, hostile, launches, together

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
RECORDS = {
    "two": cost_record(together(), together(workload="text", launches=launches(seed=2))),
    "begun": cost_record(together(launches=())),
    "hostile": hostile(),
    "bases": with_bases(),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", RECORDS)
def test_it_fits_the_screen_and_runs_nothing(
    browser: Browser, tmp_path: Path, name: str, size: dict[str, int], scheme: str
) -> None:
    file = tmp_path / "index.html"
    file.write_text(page(RECORDS[name]))
    with watched(browser, viewport=size, color_scheme=scheme) as seen:
        seen.page.goto(file.as_uri())
        expect(seen.page.get_by_role("heading", level=1)).to_have_text(
            "What a request costs: all services at once"
        )
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_phone_shows_each_rank_and_relative_cost(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    file.write_text(page(RECORDS["two"]))
    with watched(browser, viewport=PHONE) as seen:
        seen.page.goto(file.as_uri())
        table = seen.page.locator("#cost-json table")
        expect(table.get_by_role("columnheader")).to_have_text(
            ["Framework", "Rank", "Relative cost", "±"]
        )
        images = seen.page.locator("#pictures img")
        expect(images).to_have_count(2)
        assert all(images.evaluate_all("(all) => all.map((one) => one.naturalWidth > 100)"))


def test_a_phone_shows_each_tax_and_the_bars(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    file.write_text(page(RECORDS["bases"]))
    with watched(browser, viewport=PHONE) as seen:
        seen.page.goto(file.as_uri())
        for name, ratio in (("framework-tax", "To its base"), ("server-tax", "To the cheapest")):
            headings = seen.page.locator(f"#{name}-json table").get_by_role("columnheader")
            expect(headings).to_have_text(
                ["Framework", "Times the reference", "CPU µs/request", ratio]
            )
        bars = seen.page.locator("#time img")
        expect(bars).to_have_count(2)
        assert all(bars.evaluate_all("(all) => all.map((one) => one.naturalWidth > 100)"))
