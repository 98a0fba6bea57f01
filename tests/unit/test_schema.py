"""The JSON Schema in the repository belongs to the types, and records fit it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orchestrator.cli import main
from orchestrator.codec import decode, encode
from orchestrator.model.record import SCHEMA
from orchestrator.schema import run_schema
from tests.unit.test_codec import full_record

RESULTS = Path(__file__).parents[2] / "results"
COMMITTED = RESULTS / "run.schema.json"


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """All parts of a schema that list an object's fields."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)


def closed() -> jsonschema.Draft202012Validator:
    """The schema, made to refuse unknown fields, which a reader of records must accept."""
    schema = json.loads(run_schema())
    for found in objects(schema):
        found["additionalProperties"] = False
    return jsonschema.Draft202012Validator(schema)


def test_the_committed_schema_belongs_to_the_types() -> None:
    assert COMMITTED.read_bytes() == run_schema(), (
        ".venv/bin/lab schema > results/run.schema.json brings it up to date"
    )


def test_the_command_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out.encode() == COMMITTED.read_bytes()


def test_the_schema_has_this_version_and_descriptions() -> None:
    schema = json.loads(run_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    run = schema["$defs"]["RunRecord"]["properties"]
    assert run["schema"]["const"] == SCHEMA
    assert run["setup_s"]["description"] == "setup_s: plan and image builds"
    step = schema["$defs"]["Step"]["properties"]
    assert step["listen_overflows"]["description"].endswith("null if unknown")
    assert all(part["description"] for part in schema["$defs"].values())


def test_a_record_with_every_field_fits_the_schema() -> None:
    closed().validate(json.loads(encode(full_record())))


@pytest.mark.parametrize(
    "path", sorted(RESULTS.glob("*/run.json")), ids=lambda path: str(path.parent.name)
)
def test_every_committed_run_fits_the_schema(path: Path) -> None:
    closed().validate(json.loads(encode(decode(path.read_bytes(), str(path)))))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": 1}, "2 was expected"),
        ({"seed": "x"}, "'x' is not of type 'integer'"),
        ({"trials": None}, "None is not of type 'array'"),
        ({"humidity": 0.4}, "Additional properties are not allowed ('humidity' was unexpected)"),
    ],
)
def test_a_record_that_does_not_fit_the_schema_is_found(change: dict[str, Any], said: str) -> None:
    record = {**json.loads(encode(full_record())), **change}
    assert [error.message for error in closed().iter_errors(record)] == [said]
