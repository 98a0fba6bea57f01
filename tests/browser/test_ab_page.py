"""The page of a comparison, opened from disk in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from orchestrator.experiments.ab.page import page
from tests.browser.browsing import watched
from tests.unit.experiments.ab.examples import ab_record, by_instructions, failed, hostile

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
RECORDS = {
    "cpu": ab_record(),
    "instructions": by_instructions(),
    "failed": failed(),
    "hostile": hostile(),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of each record."""
    folder = tmp_path_factory.mktemp("pages")
    for name, record in RECORDS.items():
        (folder / f"{name}.html").write_text(page(record))
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", RECORDS)
def test_it_fits_the_screen_and_runs_nothing(
    browser: Browser, pages: Path, name: str, size: dict[str, int], scheme: str
) -> None:
    with watched(browser, viewport=size, color_scheme=scheme) as seen:
        seen.page.goto((pages / f"{name}.html").as_uri())
        expect(seen.page.get_by_role("heading", level=1)).to_have_text(
            "A/B: flask, json, head against base"
        )
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize(
    ("scheme", "ground"), [("light", [255, 255, 255]), ("dark", [0x14, 0x17, 0x1B])]
)
def test_each_picture_is_drawn_in_the_colours_of_the_page(
    browser: Browser, pages: Path, scheme: str, ground: list[int]
) -> None:
    with watched(browser, viewport=DESK, color_scheme=scheme) as seen:
        seen.page.goto((pages / "cpu.html").as_uri())
        images = seen.page.locator("#pictures img")
        expect(images).to_have_count(3)
        corners = images.evaluate_all(
            """async (all) => Promise.all(all.map(async (one) => {
                await one.decode();
                const canvas = document.createElement("canvas");
                [canvas.width, canvas.height] = [one.naturalWidth, one.naturalHeight];
                const pen = canvas.getContext("2d");
                pen.drawImage(one, 0, 0);
                return [...pen.getImageData(1, 1, 1, 1).data].slice(0, 3);
            }))"""
        )
        assert corners == [ground] * 3


def test_a_phone_shows_the_answer_without_the_columns_that_do_not_fit(
    browser: Browser, pages: Path
) -> None:
    with watched(browser, viewport=PHONE) as seen:
        seen.page.goto((pages / "cpu.html").as_uri())
        table = seen.page.locator("#ratios table")
        expect(table.get_by_role("columnheader")).to_have_text(
            ["Head against base", "Change", "95 % interval"]
        )
        across = seen.page.evaluate(
            """[...document.querySelectorAll("#ratios .scroll")].map(
                (one) => one.scrollWidth - one.clientWidth)"""
        )
        assert across == [0]
