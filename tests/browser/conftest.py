"""A Chromium for each module of tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def program() -> str:
    """The path of the system's Chromium. Without it, tests fail; they are never skipped."""
    found = os.environ.get("LAB_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "no Chromium here: run `make browser`"
    return found


def chromium(playwright: Playwright) -> Browser:
    """A browser that sends no requests of its own."""
    return playwright.chromium.launch(
        executable_path=program(),
        args=[
            "--no-sandbox",  # root cannot use the sandbox
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole session: its event loop would disturb tests that have their own.
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser
