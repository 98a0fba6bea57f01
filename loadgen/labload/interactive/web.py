"""The lab's summary on Locust's web page: a tab, downloads, and a separate page at /lab."""

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from locust.web import WebUI

from labload.interactive.summary import rows

KEY = "lab"
TITLE = "Lab summary"
COLUMNS = [
    {"key": "what", "title": "What"},
    {"key": "value", "title": "Value"},
    {"key": "note", "title": "Note"},
]
"""No column is called name, because Locust's table would sort by it."""

Look = Callable[[], dict[str, Any]]


def add_pages(web_ui: WebUI, look: Look) -> None:
    """Add pages that show the summary that `look` returns. Call it before the server runs."""
    app = web_ui.app
    assert app is not None  # noqa: S101 - never None, although its type allows it
    options = web_ui.environment.parsed_options
    base = options.web_base_path if options is not None else ""
    app.register_blueprint(_pages(web_ui, look), url_prefix=f"{base or ''}/lab")
    web_ui.template_args |= {
        "extended_tabs": [{"key": KEY, "title": TITLE}],
        "extended_tables": [{"key": KEY, "structure": COLUMNS}],
        "extended_csv_files": [
            {"href": "./lab/summary.json?download=1", "title": "Download lab summary (JSON)"},
            {"href": "./lab", "title": "Lab summary as a page"},
        ],
    }
    app.after_request(lambda response: _with_table(response, look))


def _pages(web_ui: WebUI, look: Look) -> Blueprint:
    pages = Blueprint("lab", __name__, template_folder="pages")

    def summary() -> str:
        return render_template("lab_summary.html", rows=rows(look()))

    def summary_json() -> Response:
        found = look()
        response = jsonify(found)
        if request.args.get("download"):
            response.headers["Content-Disposition"] = f"attachment;filename={_file_name(found)}"
        return response

    guarded: Any = web_ui.auth_required_if_enabled
    pages.add_url_rule("", view_func=guarded(summary))
    pages.add_url_rule("/summary.json", view_func=guarded(summary_json))
    return pages


def _with_table(response: Response, look: Look) -> Response:
    """Add the tab's rows to the numbers that Locust's page requests every two seconds."""
    if request.endpoint == "locust.request_stats" and response.is_json:
        numbers = response.get_json()
        data = [row._asdict() for row in rows(look())]
        response.set_data(json.dumps({**numbers, "extended_stats": [{"key": KEY, "data": data}]}))
    return response


def _file_name(summary: dict[str, Any]) -> str:
    test = summary["test"] or {}
    words = ["lab-summary", test.get("framework"), test.get("workload")]
    return "_".join(re.sub(r"[^\w.-]", "", word) for word in words if word) + ".json"
