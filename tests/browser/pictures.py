"""Takes the pictures of docs/interactive.md anew: `.venv/bin/python -m tests.browser.pictures`.

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
"""How long a test has run when it is pictured: its charts have a shape by then."""


def take(page: Page) -> None:
    """All pictures, of the test that begins by itself."""
    page.goto(PAGE)
    page.get_by_role("tab", name="Charts").click()  # Locust's charts show what came while they did
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
    page.get_by_label("Workload").focus()  # below it: it is shown as soon as all has unfolded
    page.get_by_role("heading", name="Start new load test").scroll_into_view_if_needed()
    save(page, "form")


def save(page: Page, name: str, *, whole: bool = False) -> None:
    """One picture, without things that move."""
    page.mouse.move(0, 0)
    file = FOLDER / f"interactive-{name}.png"
    page.screenshot(path=file, animations="disabled", full_page=whole)


def main() -> None:
    """Start the lab, take the pictures, leave nothing behind."""
    compose("up", "--detach", "flask", "locust")
    try:
        with sync_playwright() as playwright, chromium(playwright) as browser:
            take(browser.new_page(viewport=SIZE))
    finally:
        compose("down")


if __name__ == "__main__":
    main()
