"""Uses Locust's page, as `docker compose up flask locust` shows it, in a real Chromium."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from orchestrator.adapters.docker_engine import DockerEngine
from tests.browser.browsing import Watched, watched
from tests.browser.interactive import PAGE, compose, summary, summary_when

DESK = {"width": 1280, "height": 900}
SLOW_MS = 30_000
"""The page updates every two seconds, and this machine may be busy."""


@pytest.fixture(scope="module")
def up(engine: DockerEngine) -> Iterator[None]:
    """A test that runs until somebody stops it."""
    for service in ("flask", "locust"):
        engine.build(service)
    try:
        compose("up", "--detach", "flask", "locust", LAB_RUN_TIME="1h", LAB_USERS="16")
        summary_when(lambda seen: seen["requests"] > 0)
        yield
    finally:
        compose("down", "--timeout", "5")


@pytest.fixture
def page(browser: Browser, up: None) -> Iterator[Page]:
    """Locust's page. Its console must stay silent, and it may send requests only to the lab."""
    with watched(browser, viewport=DESK, accept_downloads=True) as seen:
        seen.page.goto(PAGE)
        expect(seen.page.get_by_role("tab", name="Lab summary")).to_be_visible()
        yield seen.page
        forgive(seen)


def forgive(seen: Watched) -> None:
    """Take out what may be; the rest is an error.

    Of Locust's own there is one thing: its report looks for the page's icon beside itself, which
    is not there when it was saved.
    """
    seen.asked[:] = [url for url in seen.asked if not url.startswith(f"{PAGE}/")]
    if seen.page.url.startswith("file:"):
        missing = "error: Failed to load resource: net::ERR_FILE_NOT_FOUND"
        seen.said[:] = [line for line in seen.said if line != missing]


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def download(page: Page, link: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("link", name=link).click()
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    return file


def stop(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="New")).to_be_visible(timeout=SLOW_MS)
    summary_when(lambda seen: seen["state"] == "stopped")


def number(page: Page, what: str) -> str:
    """The value beside `what` in the lab's table."""
    row = page.get_by_role("row").filter(has=page.get_by_text(what, exact=True))
    return row.get_by_role("cell").nth(0 if page.url.endswith("/lab") else 1).inner_text()


def test_the_charts_have_data(page: Page) -> None:
    tab(page, "Charts")
    expect(page.locator("canvas")).to_have_count(3)
    # A canvas has no text, so look for the green colour of the rate.
    page.wait_for_function(
        """() => {
            const shown = document.querySelector("canvas");
            const canvas = new OffscreenCanvas(shown.width, shown.height);
            const copy = canvas.getContext("2d", {willReadFrequently: true});
            copy.drawImage(shown, 0, 0);
            const at = copy.getImageData(0, 0, canvas.width, canvas.height);
            const upper = at.data.length * 0.8;  // above the axis, below the legend
            let green = 0;
            for (let i = at.data.length * 0.2; i < upper; i += 4) {
                const [red, g, blue] = at.data.slice(i, i + 3);
                if (g > 180 && red < 60 && blue < 140) green += 1;
            }
            return green > 300;
        }""",
        timeout=SLOW_MS,
    )


def test_the_labs_tab_and_page_say_the_same_as_locust(page: Page) -> None:
    tab(page, "Lab summary")
    expect(page.get_by_role("cell", name="flask", exact=True)).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("numbers to compare come from")).to_be_visible()
    expect(page.get_by_text("16 of 16")).to_be_visible(timeout=SLOW_MS)
    stop(page)
    found = summary()
    assert found is not None
    page.goto(f"{PAGE}/lab")
    assert number(page, "Requests") == f"{found['requests']:,}"
    assert number(page, "Latency p99 (ms)") == f"{found['latency_ms']['p99']:,.3f}"
    counts = f"{found['requests']:,} requests, 0 failures"
    assert number(page, "Locust's own count") == counts
    page.get_by_role("link", name="Locust's page").click()
    row = page.get_by_role("row").filter(has_text="Aggregated")
    expect(row.get_by_text(str(found["requests"]), exact=True)).to_be_visible(timeout=SLOW_MS)


def test_a_new_test_from_the_form_has_a_new_summary(page: Page) -> None:
    before = summary()
    assert before is not None
    assert before["state"] == "stopped"
    page.get_by_role("button", name="New").click()
    page.get_by_label("Number of users").fill("8")
    page.get_by_label("Ramp up").fill("8")
    page.get_by_role("button", name="Custom parameters").click()
    page.get_by_label("Rate").fill("100")
    page.get_by_role("button", name="Start", exact=True).click()
    found = summary_when(lambda seen: seen["test"]["rate"] == 100 and seen["requests"] > 0)
    assert found["requests"] < before["requests"]
    tab(page, "Lab summary")
    expect(page.get_by_text("100 requests/s over 8 connections")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("Sent late p99 (ms)")).to_be_visible()


def test_the_reset_button_also_resets_the_labs_summary(page: Page) -> None:
    before = summary_when(lambda seen: seen["requests"] > 200)
    page.get_by_role("button", name="Reset").click()
    after = summary_when(lambda seen: seen["duration_s"] < before["duration_s"])
    assert after["requests"] < before["requests"]
    assert after["locust"]["agrees"]


def test_what_can_be_downloaded_has_the_numbers_of_the_test(page: Page, tmp_path: Path) -> None:
    summary_when(lambda seen: seen["requests"] > 100)
    stop(page)
    found = summary()
    assert found is not None
    tab(page, "Download Data")
    with download(page, "Download requests CSV", tmp_path).open() as file:
        table = {line["Name"]: line for line in csv.DictReader(file)}
    assert table["/json"]["Request Count"] == str(found["requests"])
    assert table["Aggregated"]["Failure Count"] == "0"
    for name, head in (("failures", "Method,Name,Error"), ("exceptions", "Count,Message")):
        text = download(page, f"Download {name} CSV", tmp_path).read_text()
        assert text.startswith(head)
        assert len(text.splitlines()) == 1
    saved = json.loads(download(page, "Download lab summary", tmp_path).read_text())
    assert saved == found
    assert (tmp_path / "lab-summary_flask_json.json").exists()


def test_locusts_report_opens_from_disk_with_tables_and_charts(page: Page, tmp_path: Path) -> None:
    found = summary_when(lambda seen: seen["state"] == "stopped")
    page.goto(f"{PAGE}/stats/report?theme=light")
    report = download(page, "Download the Report", tmp_path)
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", name="Locust Test Report")).to_be_visible()
    expect(page.get_by_text("http://framework:8000")).to_be_visible()
    expect(page.get_by_text(str(found["requests"]), exact=True).first).to_be_visible()
    expect(page.get_by_role("cell", name="timeout")).to_have_count(0)  # none after its end
    expect(page.get_by_text("100.0% LabUser").first).to_be_visible()
    expect(page.locator("canvas")).to_have_count(3)
