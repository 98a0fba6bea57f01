"""``lab audit``: exit codes, output for people, output for programs."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli import main
from orchestrator.files.manifests import workload_names

ROOT = Path(__file__).parents[3]
WORKLOADS = ", ".join(workload_names(ROOT / "services"))
ARTICLE = ROOT / "tests/unit/data/audit/article_2019.md"
TEXT_2019 = ROOT / "results/published/2019/text.csv"
LOCAL_2019 = ROOT / "results/published/2019/locust/text/local"


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_committed_run_and_its_report_have_no_findings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for path in ("", "run.json", "report/report.md", "report/json-hold.csv"):
        assert main(["audit", str(ROOT / "results/2026-11-25-bf75ab" / path)]) == 0
        assert capsys.readouterr().out.endswith(": nothing found\n")


def test_a_finding_names_file_row_rule_and_both_numbers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["audit", str(TEXT_2019)]) == 1
    first, *_, last = capsys.readouterr().out.split("\n\n")
    assert first.splitlines() == [
        "text.csv: Django+Gunicorn",
        "  rate (contradiction): 24.7288, expected 60",
        "  18,052 requests at 730 requests/s take 24.7 s, but the test lasted 60.0 s: over that "
        "time the rate is 300.867 requests/s.",
    ]
    assert last == f"{TEXT_2019}: 1 contradiction and 2 doubts; docs/audit.md explains the rules\n"


def test_json_is_a_list_of_findings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(LOCAL_2019), "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)
    assert len(findings) == 16
    assert findings[0] == {
        "file": "aiohttp_requests.csv",
        "row": "aiohttp",
        "rule": "workload-path",
        "kind": "doubt",
        "seen": "/json",
        "expected": "/text",
        "text": "The results are labelled as workload 'text' (path /text), but the 23,316 "
        "requests asked for /json (106 bytes an answer).",
    }


def test_json_without_findings_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--json", str(ROOT / "results/published/2019/json.csv")]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_each_table_of_a_markdown_file_is_audited_separately(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["audit", "--json", str(ARTICLE)]) == 1
    told = [(f["rule"], f["row"]) for f in json.loads(capsys.readouterr().out)]
    found = [(rule, row) for rule, row in told if rule not in ("read", "unread")]
    assert ("unread", "table 'Perks'") in told
    assert ("rate", "Text (12 Bytes): Django+Gunicorn") in found
    assert ("plateau", "Text (12 Bytes): aiohttp, Japronto, Sanic, Starlette, Tornado") in found
    assert all(row.startswith("Text (12 Bytes): ") for _, row in found)


def test_options_can_give_the_load(capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        *("--users", "4000", "--spawn-rate", "500", "--duration", "60"),
        *("--think-min", "5", "--think-max", "15"),
    ]
    assert main(["audit", "--json", str(ARTICLE), *words]) == 1
    rules = [f["rule"] for f in json.loads(capsys.readouterr().out)]
    assert "schedule-ceiling" in rules


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("nothing", None, "no such file or folder"),
        ("notes.txt", b"text", "expected a run"),
        ("a.csv", b"\xff\xfe\x01", "not text"),
        ("a.csv", b"name,age\nx,1\n", "no table of results"),
        ("a.md", b"# no table\n", "no table of results"),
        ("a.md", b"|a|\x00|\n", "not text"),
        ("b.csv", b"name,rps\nx\n", "1 cells where the header has 2"),
        ("c.csv", b"name,rps\nx,fast\n", "x, rps ('fast'): not a number"),
        ("c.csv", b"name;rps\nx;1.234\n", "nothing shows whether its point or comma"),
        ("a_stats_history.csv", b"Timestamp,Name,Requests/s\n", "Locust's history"),
        ("run.json", b"{", "run.json: not a run record"),
        ("other.json", b"[]", "other.json: not a run record"),
    ],
)
def test_a_wrong_path_or_file_gives_exit_code_2_and_a_message(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    message: str,
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert main(["audit", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("lab: ")
    assert str(path) in err
    assert message in err


def test_an_empty_folder_and_an_unknown_workload_are_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(tmp_path)]) == 2
    assert "nothing to audit" in capsys.readouterr().err
    assert main(["audit", str(LOCAL_2019), "--workload", "html"]) == 2
    assert f"--workload html: choose from {WORKLOADS}" in capsys.readouterr().err


PARTLY = """| Framework | Rank | Requests/s | p50 (ms) | p99 (ms) |
|---|---|---|---|---|
| \x1b[31malpha | 1 | 1e400 | 4.8 | 6.1 |
| beta | 2 | 503 MB | 4.9 | 6.3 |
"""


def test_what_was_read_and_not_read_stands_above_the_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_text(PARTLY)
    assert main(["audit", str(tmp_path / "a.md")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "read: a.md: 2 rows of Framework, Requests/s, p50 (ms), p99 (ms)",
        "not read: a.md: column Rank: the audit does not know this title",
        "not read: a.md: [31malpha, Requests/s ('1e400'): no benchmark measures a number that "
        "large or that small",
        "not read: a.md: beta, Requests/s ('503 MB'): 'MB' is not a unit of a rate",
        "",
        f"{tmp_path}/a.md: in what was read: nothing found",
    ]


def test_json_lists_what_was_read_and_not_read_like_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_text(PARTLY)
    assert main(["audit", "--json", str(tmp_path / "a.md")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["rule"], one["row"], one["seen"]) for one in told] == [
        ("read", "a.md", None),
        ("unread", "column Rank", None),
        ("unread", "[31malpha, Requests/s", "1e400"),
        ("unread", "beta, Requests/s", "503 MB"),
    ]
    assert {tuple(one) for one in told} == {
        ("file", "row", "rule", "kind", "seen", "expected", "text")
    }


def test_json_has_no_infinite_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = "name,requests,duration,rps,mean (ms),p50 (ms),max (ms)\n"
    (tmp_path / "a.csv").write_text(
        head + "a,1e400,10,1e399,1e308,1e309,5\n"
        "b,99999999999999999,1e-14 s,1,5e17,4e17,1e-9\nc,0,0,0,0,0,0\nd,-0,-1,-5,-1,4,9\n"
    )
    assert main(["audit", "--json", str(tmp_path / "a.csv")]) == 1
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert {"rate", "zero", "unread"} <= {one["rule"] for one in told}


def test_a_file_that_was_cut_off_never_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text("name,rps,p50 (ms)\nx,1,2\ny,")
    assert main(["audit", str(tmp_path / "a.csv")]) == 2
    out, err = capsys.readouterr()
    assert out.startswith("read: a.csv: 1 row of")
    assert "nothing found" not in out
    assert "a.csv: line 3 ('y,'): 2 cells where the header has 3, and the file ends there" in err
    (tmp_path / "a.csv").write_text("name,p50 (ms),p99 (ms)\nx,3,2\ny,")
    assert main(["audit", str(tmp_path / "a.csv")]) == 1


@pytest.mark.parametrize("option", ["--spawn-rate", "--duration", "--think-min", "--think-max"])
@pytest.mark.parametrize("value", ["inf", "nan", "1e400"])
def test_an_option_that_is_not_finite_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert main(["audit", str(LOCAL_2019), option, value]) == 2
    assert "finite" in capsys.readouterr().err
    assert main(["audit", str(LOCAL_2019), "--users", "2000000"]) == 2
    assert "at most 1,000,000 users" in capsys.readouterr().err


@pytest.mark.parametrize("lost", ["b,~200", "b"])
def test_a_total_is_not_compared_if_some_rows_were_not_read(tmp_path: Path, lost: str) -> None:
    (tmp_path / "a.csv").write_text(f"name,requests\na,101\n{lost}\nTotal,301\n")
    assert main(["audit", str(tmp_path / "a.csv")]) == 0
    (tmp_path / "a.csv").write_text("# a tool\nname,requests\na,101\nb,201\nTotal,301\n")
    assert main(["audit", str(tmp_path / "a.csv")]) == 1
