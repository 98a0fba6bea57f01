"""Audits Locust's files of 2019 and of today."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.app.audit import Told, audit
from orchestrator.errors import UsageError
from orchestrator.model.finding import Finding, Kind

ROOT = Path(__file__).parents[3]
LOCAL_2019 = ROOT / "results/published/2019/locust/text/local"
WRITER = Path(__file__).with_name("write_locust.py")
NOTHING = Told(load={})


def found(path: Path, told: Told = NOTHING, rule: str | None = None) -> list[Finding]:
    notes = audit(ROOT, path, told)
    return [n for n in notes if isinstance(n, Finding) and rule in (None, n.rule)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, int], None]:
    """Files of one test, written by Locust once for each path and then copied, to save time."""
    kept: dict[tuple[str, int], Path] = {}

    def write(prefix: str, path: str, body_bytes: int) -> None:
        if (path, body_bytes) not in kept:
            folder = tmp_path_factory.mktemp("locust")
            words = [sys.executable, str(WRITER), f"{folder}/x", path, str(body_bytes)]
            subprocess.run(words, check=True)
            kept[path, body_bytes] = folder
        Path(prefix).parent.mkdir(parents=True, exist_ok=True)
        for file in kept[path, body_bytes].iterdir():
            Path(prefix + file.name.removeprefix("x")).write_bytes(file.read_bytes())

    return write


Write = Callable[[str, str, int], None]


# --- 2019 ----------------------------------------------------------------------------------------


def test_six_of_the_eight_text_results_of_2019_measured_json() -> None:
    paths = {f.row: (f.file, f.seen, f.expected) for f in found(LOCAL_2019, rule="workload-path")}
    names = ("aiohttp", "bottle", "flask", "japronto", "sanic", "starlette")
    assert paths == {name: (f"{name}_requests.csv", "/json", "/text") for name in names}
    sizes = {f.row: (f.seen, f.expected) for f in found(LOCAL_2019, rule="body-size")}
    assert sizes == {name: (128 if name == "flask" else 106, 12) for name in names}


def test_flasks_json_body_of_2019_differs_from_the_others() -> None:
    (finding,) = found(LOCAL_2019, rule="body-differs")
    assert (finding.row, finding.seen, finding.expected) == ("flask", 128, 106)


def test_the_only_other_finding_of_2019_is_the_schedule_ceiling() -> None:
    others = {"workload-path", "body-size", "body-differs"}
    rest = [(f.rule, f.row) for f in found(LOCAL_2019) if f.rule not in others]
    assert rest == [("schedule-ceiling", name) for name in ("aiohttp", "japronto", "tornado")]


def test_a_parent_folder_is_searched_and_findings_name_the_file() -> None:
    (first, *_) = found(LOCAL_2019.parents[1], rule="workload-path")
    assert first.file == "text/local/aiohttp_requests.csv"


def test_one_file_alone_is_one_test() -> None:
    only = found(LOCAL_2019 / "flask_requests.csv")
    assert {f.row for f in only} == {"flask"}
    assert ("body-size", 128, 11) in [(f.rule, f.seen, f.expected) for f in only]


def test_an_option_can_give_the_workload() -> None:
    told = Told(workload="json", load={})
    wrong = found(LOCAL_2019, told, "workload-path")
    assert {f.row for f in wrong} == {"pyramid", "tornado"}
    assert {f.kind for f in wrong} == {Kind.CONTRADICTION}


def copy_2019(folder: Path, name: str = "flask") -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}{ending}" for ending in ("_requests.csv", "_distribution.csv")]
    for file in files:
        file.write_text((LOCAL_2019 / file.name).read_text())
    return files[0], files[1]


def test_the_two_files_of_2019_must_have_the_same_counts(tmp_path: Path) -> None:
    _, distribution = copy_2019(tmp_path)
    distribution.write_text(distribution.read_text().replace('"Total",19023', '"Total",19024'))
    (finding,) = found(tmp_path, rule="counts")
    assert (finding.row, finding.seen, finding.expected) == ("flask", 19_023, 19_024)
    assert finding.kind is Kind.CONTRADICTION


def test_a_mean_of_2019_that_its_percentiles_do_not_allow_is_found(tmp_path: Path) -> None:
    requests, _ = copy_2019(tmp_path)
    requests.write_text(requests.read_text().replace("77,753,11", "77,75,11"))
    (finding,) = found(tmp_path, rule="mean-outside-percentiles")
    assert (finding.seen, finding.kind) == (75, Kind.CONTRADICTION)


# --- today ---------------------------------------------------------------------------------------


def test_todays_files_written_by_locust_itself_are_read_and_have_no_finding(
    tmp_path: Path, written: Write
) -> None:
    written(f"{tmp_path}/text/flask", "/text", 11)
    assert found(tmp_path) == []
    names = sorted(path.name for path in (tmp_path / "text").iterdir())
    assert names == [
        "flask_exceptions.csv",
        "flask_failures.csv",
        "flask_stats.csv",
        "flask_stats_history.csv",
    ]


def test_a_wrong_path_in_todays_files_is_found(tmp_path: Path, written: Write) -> None:
    written(f"{tmp_path}/text/flask", "/json", 117)
    rules = [(f.rule, f.seen, f.expected) for f in found(tmp_path)]
    assert rules == [("workload-path", "/json", "/text"), ("body-size", 117, 11)]


@pytest.mark.parametrize(
    ("file", "old", "new", "seen", "expected"),
    [
        ("flask_failures.csv", "reset,2,", "reset,3,", 2, 3),
        ("flask_stats.csv", "Aggregated,400,", "Aggregated,401,", 401, 400),
        ("flask_stats_history.csv", "1200,400,2,", "1200,500,2,", 400, 500),
    ],
    ids=["failures", "total", "history"],
)
def test_todays_counts_must_agree(
    tmp_path: Path, written: Write, file: str, old: str, new: str, seen: int, expected: int
) -> None:
    written(f"{tmp_path}/flask", "/json", 117)
    text = (tmp_path / file).read_text()
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new))
    counts = found(tmp_path, rule="counts")
    assert (seen, expected) in [(f.seen, f.expected) for f in counts]
    assert {f.kind for f in counts} == {Kind.CONTRADICTION}


def test_a_rate_that_needs_more_time_than_the_history_has_is_found(
    tmp_path: Path, written: Write
) -> None:
    written(f"{tmp_path}/flask", "/json", 117)
    stats = tmp_path / "flask_stats.csv"
    stats.write_text(stats.read_text().replace(",40.0,0.2,", ",10.0,0.2,"))
    (finding,) = found(tmp_path, rule="rate")
    assert (finding.seen, finding.expected) == (40, 10)


def test_tests_named_after_their_folders_are_rows_of_one_table(
    tmp_path: Path, written: Write
) -> None:
    for name in ("aiohttp", "japronto", "sanic", "tornado"):
        written(f"{tmp_path}/json/{name}/locust", "/json", 117)
    assert [(f.rule, f.row) for f in found(tmp_path, rule="plateau")] == [
        ("plateau", "aiohttp, japronto, sanic, tornado")
    ]


# --- files that are not Locust's, or are incomplete -----------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a_requests.csv", "", "empty"),
        ("a_requests.csv", "name,age\nx,1\n", "not a file of Locust: its first line is 'name,age'"),
        ("a_stats.csv", "Type,Name,Request Count\nGET,/json,many\n", "'many': not a number"),
        (
            "a_stats.csv",
            "Type,Name,Request Count\nGET,/json,1\n",
            "count of requests or failures is missing",
        ),
        ("a_stats.csv", "Type,Name,Request Count\n", "it has column titles, but no rows"),
        ("a_stats.csv", "Type,Name,Request Count\nGET,/json\n", "2 cells where the header has 3"),
        (
            "a_distribution.csv",
            "Name,# requests,50%,100%\n",
            "the _requests.csv or _stats.csv file of the same test is missing",
        ),
    ],
)
def test_garbled_files_are_refused_with_their_name(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=message) as raised:
        audit(ROOT, tmp_path, NOTHING)
    assert name in str(raised.value)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a_stats.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"a_stats\.csv: not text"):
        audit(ROOT, tmp_path, NOTHING)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "users = 0\nspawn_rate = 1\nduration_s = 1\nthink_min_s = 0\nthink_max_s = 1",
            "more than 0",
        ),
        (
            "users = 1\nspawn_rate = 1\nduration_s = 1\nthink_min_s = 2\nthink_max_s = 1",
            "think time",
        ),
        (
            "users = 1\nspawn_rate = 1\nduration_s = inf\nthink_min_s = 0\nthink_max_s = 1",
            "give a number that is finite",
        ),
        ("users = 'many'", "load.toml"),
        ("users =", "load.toml"),
    ],
)
def test_an_impossible_load_is_refused(tmp_path: Path, text: str, message: str) -> None:
    copy_2019(tmp_path)
    (tmp_path / "load.toml").write_text(text)
    with pytest.raises(UsageError, match=message):
        audit(ROOT, tmp_path, NOTHING)


def test_options_take_precedence_over_the_load_file() -> None:
    half = Told(load={"users": 2_000})
    assert len(found(LOCAL_2019, half, "schedule-ceiling")) == 8


def test_an_incomplete_load_is_refused(tmp_path: Path) -> None:
    copy_2019(tmp_path)
    with pytest.raises(UsageError, match="add --spawn-rate, --duration, --think-min, --think-max"):
        audit(ROOT, tmp_path, Told(load={"users": 4_000}))
