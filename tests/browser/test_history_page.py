"""The page of a history, opened from disk in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from orchestrator.history.found import found
from orchestrator.history.page import page
from tests.browser.browsing import watched
from tests.unit.history.examples import many, nights

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
HISTORIES = {
    "many": many(),
    "none": [],
    "hostile": nights([1.0], conditions={"CPU model": "<img src=x onerror=alert(1)>" * 20}),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of each history."""
    folder = tmp_path_factory.mktemp("histories")
    for name, runs in HISTORIES.items():
        (folder / f"{name}.html").write_text(page(found(runs)))
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", HISTORIES)
def test_it_fits_the_screen_and_runs_nothing(
    browser: Browser, pages: Path, name: str, size: dict[str, int], scheme: str
) -> None:
    with watched(browser, viewport=size, color_scheme=scheme) as seen:
        seen.page.goto((pages / f"{name}.html").as_uri())
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("History")
        for conditions in seen.page.get_by_text("Conditions", exact=True).all():
            conditions.click()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_line_has_a_picture_that_says_what_it_shows(
    browser: Browser, pages: Path, scheme: str
) -> None:
    with watched(browser, viewport=DESK, color_scheme=scheme) as seen:
        seen.page.goto((pages / "many.html").as_uri())
        pictures = seen.page.get_by_role("img")
        expect(pictures).to_have_count(2)
        first = pictures.first
        assert "Slower from 2026-01-11 on: +" in (first.get_attribute("alt") or "")
        shown = first.evaluate(
            "(one) => one.decode().then(() => [one.naturalWidth, one.currentSrc])"
        )
        assert shown[0] > 200
        other = first.get_attribute("src")
        assert (shown[1] == other) == (scheme == "light")


def test_a_phone_shows_the_change_points_without_the_columns_that_do_not_fit(
    browser: Browser, pages: Path
) -> None:
    with watched(browser, viewport=PHONE) as seen:
        seen.page.goto((pages / "many.html").as_uri())
        table = seen.page.get_by_role("region", name="change points").get_by_role("table")
        expect(table.get_by_role("columnheader")).to_have_text(
            ["Service", "Workload", "First run after", "Change", "It is"]
        )
        expect(table.get_by_role("row")).to_have_count(3)
