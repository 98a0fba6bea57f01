"""Takes the pictures for docs/interactive.md again: `.venv/bin/python -m tests.browser.pictures`.

Needs what `docker compose up flask locust` needs, and Chromium (`make browser`).
"""

from __future__ import annotations

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser.conftest import chromium
from tests.browser.interactive import PAGE, ROOT, compose, summary_when

FOLDER = ROOT / "docs" / "images"
SIZE = ViewportSize(width=1280, height=860)
TALL = ViewportSize(width=1280, height=1250)
WATCHED_S = 30
"""Seconds that a test runs before its picture, so that its charts show something."""


def take(page: Page) -> None:
    """Take all pictures, of the test that starts by itself."""
    page.goto(PAGE)
    page.get_by_role("tab", name="Charts").click()  # they show only data from then on
    summary_when(lambda seen: seen["duration_s"] > WATCHED_S)
    save(page, "charts")
    page.get_by_role("tab", name="Lab summary").click()
    page.get_by_text("Locust's own count").wait_for()
    save(page, "tab", whole=True)
    page.goto(f"{PAGE}/lab")
    page.get_by_text("Locust's own count").wait_for()
    save(page, "summary", whole=True)
    page.goto(PAGE)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="New").click()
    page.set_viewport_size(TALL)
    page.get_by_role("button", name="Custom parameters").click()
    page.get_by_label("Rate").fill("500")
    page.get_by_label("Workload").focus()  # below the charts: it appears after they have opened
    page.get_by_role("heading", name="Start new load test").scroll_into_view_if_needed()
    save(page, "form")


def save(page: Page, name: str, *, whole: bool = False) -> None:
    """Take one picture, without animations."""
    page.mouse.move(0, 0)
    file = FOLDER / f"interactive-{name}.png"
    page.screenshot(path=file, animations="disabled", full_page=whole)


def main() -> None:
    """Start the lab, take the pictures, and remove everything again."""
    compose("up", "--detach", "flask", "locust")
    try:
        with sync_playwright() as playwright, chromium(playwright) as browser:
            take(browser.new_page(viewport=SIZE))
    finally:
        compose("down")


if __name__ == "__main__":
    main()
