"""The page of two compared runs, opened from disk in a real Chromium."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from orchestrator.compare.compared import compared
from orchestrator.compare.page import page
from tests.browser.browsing import watched
from tests.browser.test_ab_page import DESK, PHONE
from tests.unit.compare.examples import hostile, records

CHANGED = records({"flask": 1.5})
UNEQUAL = CHANGED[0], replace(CHANGED[1], conditions={"CPUs": "4"})
COMPARED = {
    "changed": compared(*CHANGED),
    "itself": compared(CHANGED[0], CHANGED[0]),
    "single": compared(*records(count=1)),
    "anyway": compared(*UNEQUAL),
    "hostile": compared(*hostile()),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of each comparison."""
    folder = tmp_path_factory.mktemp("pages")
    for name, comparison in COMPARED.items():
        (folder / f"{name}.html").write_text(page(comparison))
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", COMPARED)
def test_it_fits_the_screen_and_runs_nothing(
    browser: Browser, pages: Path, name: str, size: dict[str, int], scheme: str
) -> None:
    with watched(browser, viewport=size, color_scheme=scheme, offline=True) as seen:
        seen.page.goto((pages / f"{name}.html").as_uri())
        expect(seen.page.get_by_role("heading", level=1)).to_contain_text("(head) against")
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}[scheme]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_is_drawn_in_the_colours_of_the_page(
    browser: Browser, pages: Path, scheme: str
) -> None:
    with watched(browser, viewport=DESK, color_scheme=scheme) as seen:
        seen.page.goto((pages / "changed.html").as_uri())
        images = seen.page.locator("#pictures img")
        expect(images).to_have_count(2)
        shown = images.evaluate_all("(all) => all.map((one) => one.currentSrc)")
        sources = seen.page.locator("#pictures source").evaluate_all(
            "(all) => all.map((one) => one.srcset)"
        )
        assert (shown == sources) is (scheme == "dark")
        sizes = images.evaluate_all(
            "async (all) => Promise.all(all.map(async (one) => (await one.decode(), one.width)))"
        )
        assert min(sizes) > 200


def test_a_phone_shows_each_answer_without_scrolling(browser: Browser, pages: Path) -> None:
    with watched(browser, viewport=PHONE) as seen:
        seen.page.goto((pages / "changed.html").as_uri())
        table = seen.page.locator(".ratios").first
        expect(table.get_by_role("columnheader")).to_have_text(
            ["Service, workload", "Change", "Answer"]
        )
        expect(table.get_by_role("row", name="flask json")).to_contain_text("slower")
        across = seen.page.evaluate(
            """[...document.querySelectorAll("#rows .scroll")].map(
                (one) => one.scrollWidth - one.clientWidth)"""
        )
        assert across == [0, 0]


def test_what_was_compared_anyway_is_told_before_the_answer(browser: Browser, pages: Path) -> None:
    with watched(browser, viewport=PHONE) as seen:
        seen.page.goto((pages / "anyway.html").as_uri())
        expect(seen.page.locator("#label")).to_contain_text("CPUs: base has 2, head has 4")
        label, answer = (seen.page.locator(one).bounding_box() for one in ("#label", ".answer"))
        assert label
        assert answer
        assert label["y"] < answer["y"]
