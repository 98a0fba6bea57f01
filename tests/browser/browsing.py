"""A page in a real Chromium. A test fails if its console or the network was used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

OF_A_FILE = ("file://", "data:", "about:", "blob:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A page, its console messages, and its network requests."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Watched]:
    """A new page in its own context. At the end, its console and the network must be silent."""
    context = browser.new_context(**options)
    try:
        page = context.new_page()
        seen = Watched(page=page)
        page.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.said.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(OF_A_FILE) else seen.asked.append(request.url)
            ),
        )
        page.on("dialog", lambda dialog: seen.said.append(f"dialog: {dialog.message}"))
        yield seen
        assert not seen.said, seen.said
        assert not seen.asked, seen.asked
    finally:
        context.close()
