"""The page of a run, opened from disk in a real Chromium: what people see and can do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from orchestrator.report.files import report_files
from tests.browser.browsing import Watched, watched
from tests.unit.report.test_report import HOSTILE, example_run

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with trials of every outcome, and with a hostile server."""
    folder = tmp_path_factory.mktemp("results") / "run" / "report"
    folder.mkdir(parents=True)
    for name, text in report_files(example_run()).items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Watched]:
    with watched(browser, viewport=DESK) as seen:
        seen.page.goto((report / "index.html").as_uri())
        expect(seen.page.locator("#chart svg")).to_be_visible()
        yield seen


def names(page: Page) -> list[str]:
    return [name.strip() for name in page.locator("#rows > tbody:visible .open").all_inner_texts()]


def test_the_table_sorts_by_any_column_and_missing_values_stay_last(page: Watched) -> None:
    rate = page.page.locator("#rows").get_by_role("columnheader", name="Requests/s")
    rate.get_by_role("button").click()
    expect(rate).to_have_attribute("aria-sort", "ascending")
    rising = names(page.page)
    assert rising == ["Flask", "Django+Gunicorn", "Aiohttp", "Bottle", "Sanic", "Tornado"]
    rate.get_by_role("button").click()
    expect(rate).to_have_attribute("aria-sort", "descending")
    falling = names(page.page)
    assert falling[:4] == rising[3::-1]
    assert set(falling[4:]) == {"Sanic", "Tornado"}


def test_the_table_filters_by_text_and_by_limit(page: Watched) -> None:
    page.page.locator("#filter").get_by_label("Filter").fill("flask")
    assert names(page.page) == ["Flask"]
    expect(page.page.locator("#count")).to_have_text("1 of 6 rows")
    page.page.locator("#filter").get_by_label("Filter").fill("5.2")  # Django's version
    assert names(page.page) == ["Django+Gunicorn"]
    page.page.locator("#filter").get_by_label("Filter").fill("")
    page.page.locator("#filter").get_by_label("Limited by").select_option("loadgen-cpu")
    assert names(page.page) == ["Bottle"]


def test_rows_that_the_server_did_not_limit_are_grey_and_have_no_rank(page: Watched) -> None:
    grey = page.page.locator("#rows > tbody.unranked")
    assert [text.split()[-1] for text in grey.locator(".open").all_inner_texts()] == [
        "Bottle", "Flask", "Sanic", "Tornado",
    ]  # fmt: skip
    colours = page.page.evaluate(
        """() => [".row:not(.unranked) td", ".unranked td"].map(
            (one) => getComputedStyle(document.querySelector(one)).color)"""
    )
    assert colours[0] != colours[1]
    bottle = grey.filter(has_text="Bottle").locator("tr").first.locator("td")
    assert bottle.nth(0).inner_text() == "-"
    assert bottle.nth(2).inner_text() == "≥ 20,000"


def test_a_row_opens_to_limit_caveats_versions_and_command(page: Watched) -> None:
    button = page.page.get_by_role("button", name="Bottle")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    details = page.page.locator("#details-json-bottle")
    for said in (
        "The load generator had no CPU time left",
        "only 3 of 64 users",
        "bottle 1.0, ujson 5.10.0",
        ".venv/bin/lab run bottle --workload json --profile smoke --repeats 2 --seed 1",
    ):
        expect(details).to_contain_text(said)
    button.click()
    expect(details).to_be_hidden()


def test_text_from_a_hostile_server_is_shown_but_not_run(page: Watched) -> None:
    page.page.get_by_role("button", name="Sanic").click()
    details = page.page.locator("#details-json-sanic")
    expect(details.locator(".ending").first).to_contain_text("<script>alert(1)</script>")
    assert page.page.locator("script:has-text('alert')").count() == 0
    assert "<script>alert" in HOSTILE


def test_every_chart_is_drawn_with_its_text_and_its_file(page: Watched, report: Path) -> None:
    form = page.page.locator("#chart-form")
    kinds = (
        form.get_by_label("Chart").locator("option").evaluate_all("all => all.map(o => o.value)")
    )
    assert kinds == [
        "throughput", "latency-open", "ramp", "rate-latency", "cpu", "memory", "start", "image",
    ]  # fmt: skip
    for kind in kinds:
        form.get_by_label("Chart").select_option(kind)
        expect(page.page.locator("#chart")).to_have_attribute(
            "data-drawn", re.compile(rf"^(json-)?{kind}")
        )
        expect(page.page.locator("#chart-text")).not_to_be_empty()
        file = page.page.locator("#chart-file").get_attribute("href")
        assert file
        assert (report / file).is_file()


def test_the_ramp_is_that_of_the_chosen_framework(page: Watched) -> None:
    form = page.page.locator("#chart-form")
    expect(form.get_by_label("Framework")).to_be_disabled()
    form.get_by_label("Chart").select_option("ramp")
    form.get_by_label("Framework").select_option("Bottle")
    expect(page.page.locator("#chart")).to_have_attribute("data-drawn", "json-rampBottle")
    expect(page.page.locator("#chart svg")).to_contain_text("knee 1,024, drops from 2,048 users")


def test_the_page_works_with_the_keyboard_alone(page: Watched) -> None:
    page.page.keyboard.press("Tab")
    expect(page.page.get_by_text("Skip to the results")).to_be_focused()
    page.page.keyboard.press("Enter")
    page.page.locator("#filter select").first.focus()
    heads = page.page.locator("#rows thead button").count()
    # Two more fields, the table's scroll region, and its headings come before the first row.
    for _ in range(3 + heads + 1):
        page.page.keyboard.press("Tab")
    expect(page.page.get_by_role("button", name="Aiohttp")).to_be_focused()
    page.page.keyboard.press("Enter")
    expect(page.page.locator("#details-json-aiohttp")).to_be_visible()


def test_the_address_restores_filters_and_chart(page: Watched, report: Path) -> None:
    page.page.locator("#filter").get_by_label("Filter").fill("bottle")
    page.page.locator("#chart-form").get_by_label("Chart").select_option("cpu")
    address = page.page.url
    page.page.goto("about:blank")
    page.page.goto(address)
    assert names(page.page) == ["Bottle"]
    expect(page.page.locator("#chart")).to_have_attribute("data-drawn", "json-cpu")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_it_fits_any_screen_in_light_and_dark(
    browser: Browser, report: Path, size: dict[str, int], scheme: str
) -> None:
    with watched(browser, viewport=size, color_scheme=scheme) as seen:
        seen.page.goto((report / "index.html").as_uri())
        expect(seen.page.locator("#chart svg")).to_be_visible()
        for button in seen.page.locator("#rows .open").all():
            if button.is_visible():
                button.click()
        wide = seen.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"]
        ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}[scheme]


def test_the_theme_can_be_chosen(page: Watched) -> None:
    button = page.page.locator("#theme")
    for said, ground in (
        ("Theme: light", "rgb(255, 255, 255)"),
        ("Theme: dark", "rgb(20, 23, 27)"),
        ("Theme: as the system", "rgb(255, 255, 255)"),
    ):
        button.click()
        expect(button).to_have_text(said)
        expect(page.page.locator("body")).to_have_css("background-color", ground)


def test_without_javascript_the_tables_and_drawings_are_there(
    browser: Browser, report: Path
) -> None:
    with watched(browser, viewport=DESK, java_script_enabled=False) as seen:
        seen.page.goto((report / "index.html").as_uri())
        expect(seen.page.locator("#tables table").first).to_be_visible()
        expect(seen.page.locator("noscript img").first).to_be_visible()
