"""A Chromium for each module of tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def program() -> str:
    """The system's Chromium; a test that needs it fails without it, it is never skipped."""
    found = os.environ.get("LAB_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "no Chromium here: run `make browser`"
    return found


def chromium(playwright: Playwright) -> Browser:
    """A browser that asks nobody for anything by itself."""
    return playwright.chromium.launch(
        executable_path=program(),
        args=[
            "--no-sandbox",  # root has none
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole session: its event loop would be in the way of tests that have their own.
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser
