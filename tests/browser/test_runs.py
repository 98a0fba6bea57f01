"""The page that lists all runs and links to each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from orchestrator.cli import main
from tests.browser.browsing import watched
from tests.unit.cli.test_report_cli import doubled, one_trial, real


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two runs. One contradicts itself, so it has no report."""
    folder = tmp_path_factory.mktemp("all")
    real(folder, "good", one_trial)
    real(folder, "wrong", doubled)
    assert main(["report", "--results", str(folder)]) == 1
    return folder


def test_it_links_to_a_run_and_the_run_links_back(browser: Browser, results: Path) -> None:
    with watched(browser, viewport={"width": 1280, "height": 900}) as seen:
        seen.page.goto((results / "index.html").as_uri())
        seen.page.get_by_role("link", name="good").click()
        expect(seen.page.locator("#chart svg")).to_be_visible()
        expect(seen.page.get_by_role("button", name="Flask")).to_be_visible()
        seen.page.get_by_role("link", name="All runs").click()
        expect(seen.page.get_by_role("heading", name="All runs")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(browser: Browser, results: Path, scheme: str) -> None:
    size = {"width": 390, "height": 844}
    with watched(browser, viewport=size, color_scheme=scheme) as seen:
        seen.page.goto((results / "index.html").as_uri())
        expect(seen.page.get_by_role("row")).to_have_count(3)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
