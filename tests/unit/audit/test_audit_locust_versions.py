"""Locust's files from several versions and from its page, also after other programs saved them."""

from pathlib import Path

import pytest

from orchestrator.app.audit import Told, audit
from orchestrator.errors import UsageError
from orchestrator.files.checkout import ROOT
from orchestrator.model.finding import Finding, Kind, Note, Read, Unread

REQUESTS_0_9 = """\
"Method","Name","# requests","# failures","Median response time","Average response time",\
"Min response time","Max response time","Average Content Size","Requests/s"
"GET","/json",300,0,12,14,3,88,117,20.00
"GET","/text",100,0,9,11,2,70,11,6.67
"GET","/never",0,0,0,0,0,0,0,0.00
"None","Total",400,0,11,13,2,88,90,26.67
"""
DISTRIBUTION_0_9 = """\
"Name","# requests","50%","66%","90%","100%"
"GET /json",300,12,14,24,88
"GET /text",100,9,12,20,70
"/never",0,"N/A","N/A","N/A","N/A"
"Total",400,11,13,23,88
"""
STATS_0_14 = """\
"Type","Name","# requests","# failures","Median response time","Average response time",\
"Min response time","Max response time","Average Content Size","Requests/s","Requests Failed/s",\
"50%","90%","99.999","100%"
"GET","/json",1200,30,12,14,3,88,117,20.00,0.50,12,24,88,88
"None","Aggregated",1200,30,12,14,3,88,117,20.00,0.50,12,24,88,88
"""
HISTORY_0_14 = """\
"Type","Name","Timestamp","# requests","# failures","Requests/s","Average Content Size","50%"
"None","Aggregated","1580000000",0,0,0.00,0.00,"N/A"
"None","Aggregated","1580000060",1200,30,20.00,117.00,12
"""
FAILURES_0_14 = """\
"Method","Name","Error","Occurrences"
"GET","/json","ConnectionError(MaxRetryError("HTTPConnectionPool(host='a', port=1)"))",20
"GET","/json","two
lines, and "quotes"",10
"""
TODAY = """\
Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,\
Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,99.99%,100%
GET,/login,400,0,12,13.5,5.1,148.4,7538.0,10.0,0.0,12,150,150
POST,/login,400,0,31,33.1,12.7,90.9,20.0,10.0,0.0,31,91,91
GET,/find?q=a,200,0,31,33.1,12.7,90.9,90.0,5.0,0.0,31,91,91
GET,/find?q=b,200,0,31,33.1,12.7,90.9,20.0,5.0,0.0,31,91,91
,Aggregated,1200,0,31,26.6,5.1,148.4,2537.6666,30.0,0.0,31,150,150
"""
HISTORY = """\
Timestamp,User Count,Type,Name,Requests/s,Total Request Count,Total Failure Count
1700000000,0,,Aggregated,0.0,0,0
1700000090,99,,Aggregated,29.0,1990,9
1700000091,99,,Aggregated,0.0,20,0
1700000130,99,,Aggregated,30.0,1200,0
"""


def notes(folder: Path, **files: str) -> tuple[Note, ...]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, newline="")
    return audit(ROOT, folder, Told(load={}))


def found(told: tuple[Note, ...]) -> list[tuple[str, Kind, object, object]]:
    return [(n.rule, n.kind, n.seen, n.expected) for n in told if isinstance(n, Finding)]


def unread(told: tuple[Note, ...]) -> dict[str, str]:
    return {n.file: n.reason for n in told if isinstance(n, Unread)}


@pytest.mark.parametrize("total", ["Total", "Aggregated"])
def test_the_total_is_named_total_in_0_9_and_aggregated_from_0_12_on(
    tmp_path: Path, total: str
) -> None:
    told = notes(
        tmp_path,
        x_requests=REQUESTS_0_9.replace("Total", total),
        x_distribution=DISTRIBUTION_0_9.replace("Total", total),
    )
    assert (found(told), unread(told)) == ([], {})


def test_0_14_has_other_titles_in_its_history_and_unescaped_quotes(tmp_path: Path) -> None:
    files = {"x_stats": STATS_0_14, "x_stats_history": HISTORY_0_14, "x_failures": FAILURES_0_14}
    told = notes(tmp_path, **files)
    assert (found(told), unread(told)) == ([], {})
    endless = notes(tmp_path, x_failures=FAILURES_0_14.replace(",20", "," + "9" * 5_000))
    assert list(unread(endless)) == ["x_failures.csv"]
    fewer = notes(tmp_path, x_failures=FAILURES_0_14.replace(",20", ",19"))
    assert found(fewer) == [("counts", Kind.CONTRADICTION, 30, 29)]
    longer = notes(tmp_path, x_stats_history=HISTORY_0_14.replace("1200", "1300"))
    assert ("counts", Kind.CONTRADICTION, 1_200, 1_300) in found(longer)


def test_methods_and_queries_of_one_path_are_not_two_frameworks(tmp_path: Path) -> None:
    assert found(notes(tmp_path, x_stats=TODAY)) == []


def test_different_sizes_for_one_request_are_still_found(
    tmp_path: Path,
) -> None:
    other = TODAY.replace("7538.0", "120.0").replace("2537.6666", "65.0")
    told = notes(tmp_path, a_stats=TODAY, b_stats=TODAY, c_stats=other)
    rows = [n.row for n in told if isinstance(n, Finding) and n.rule == "body-differs"]
    assert rows == ["c GET /login"]


@pytest.mark.parametrize("name", ["requests_1754049123.4567", "Locust_1_x.py_requests", "saved"])
def test_a_download_from_the_page_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    """Its percentiles are above its maximum, because Locust rounds them."""
    file = tmp_path / f"{name}.csv"
    told = notes(tmp_path, **{name: TODAY, "failures_1754049200.1": FAILURES_0_14})
    assert found(told) == found(audit(ROOT, file, Told(load={}))) == []
    assert unread(told) == {
        "failures_1754049200.1.csv": "Locust's failures, but the _requests.csv or "
        "_stats.csv file of the same test is missing"
    }


def test_the_history_counts_from_the_last_reset(tmp_path: Path) -> None:
    assert found(notes(tmp_path, x_stats=TODAY, x_stats_history=HISTORY)) == []
    more = HISTORY.replace(",1200,", ",1300,")
    assert found(notes(tmp_path, x_stats_history=more)) == [
        ("counts", Kind.CONTRADICTION, 1_200, 1_300)
    ]


@pytest.mark.parametrize(
    ("old", "new", "rule", "kind"),
    [
        ("1200,0,31,26.6", "1201,0,31,26.6", "counts", Kind.CONTRADICTION),
        (",30.0,", ",45.0,", "rate", Kind.CONTRADICTION),
        ("26.6,5.1", "26.6,6.0", "counts", Kind.CONTRADICTION),
        ("5.1,148.4,2537", "5.1,140.0,2537", "counts", Kind.CONTRADICTION),
        (",26.6,", ",33.9,", "counts", Kind.CONTRADICTION),
        (",26.6,", ",23.3,", "counts", Kind.DOUBT),
        ("2537.6666", "3000.0", "counts", Kind.CONTRADICTION),
    ],
    ids=["requests", "rate", "min", "max", "mean", "mean of the means", "size"],
)
def test_a_total_must_agree_with_its_parts(
    tmp_path: Path, old: str, new: str, rule: str, kind: Kind
) -> None:
    assert old in TODAY
    told = notes(tmp_path, x_stats=TODAY.replace(old, new))
    assert (rule, kind) in [(rule, kind) for rule, kind, *_ in found(told)]


def test_files_saved_again_by_a_spreadsheet_are_read(tmp_path: Path) -> None:
    german = TODAY.replace(",", ";").replace(".", ",")
    (tmp_path / "a_stats.csv").write_text(german, encoding="utf-8-sig", newline="\r\n")
    (tmp_path / "b_stats.csv").write_text(TODAY, encoding="utf-16")
    told = audit(ROOT, tmp_path, Told(load={}))
    assert (found(told), unread(told)) == ([], {})
    wrong = german.replace("2537,6666", "3000,0").replace(";26,6;", ";33,9;")
    (tmp_path / "a_stats.csv").write_text(wrong)
    told = audit(ROOT, tmp_path, Told(load={}))
    assert [(seen, expected) for *_, seen, expected in found(told)] == [
        (33.9, 33.1),
        (3_000, pytest.approx(2_537.67, abs=0.01)),
    ]


def test_a_file_that_cannot_be_read_is_reported_and_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "run.csv").mkdir()
    (tmp_path / "b_stats.csv").write_bytes(b"\x00\x01")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "old").mkdir()
    (tmp_path / "old/run.json").write_text("[]")
    told = notes(tmp_path, a_stats=TODAY, c_stats="castle,001\n", d_stats=TODAY + "x,1\n")
    assert [note.file for note in told if isinstance(note, Read)] == ["a_stats.csv"]
    reasons = unread(told)
    assert list(reasons) == [
        "old/run.json",
        "d_stats.csv",
        "b_stats.csv",
        "c_stats.csv",
        "photo.png",
    ]
    assert "not a run record" in reasons["old/run.json"]
    assert "2 cells where the header has 14" in reasons["d_stats.csv"]
    assert "not text" in reasons["b_stats.csv"]
    assert "not a file of Locust: its first line is 'castle,001'" in reasons["c_stats.csv"]


def test_a_history_that_was_cut_off_is_recognized(tmp_path: Path) -> None:
    told = notes(tmp_path, x_stats=TODAY, x_stats_history=HISTORY.rstrip() + "\n1700000131,99")
    (wrong,) = [note for note in told if isinstance(note, Unread)]
    assert (wrong.file, wrong.cut_off) == ("x_stats_history.csv", True)
    assert found(told) == []


def test_a_missing_total_is_reported(tmp_path: Path) -> None:
    told = notes(tmp_path, x_stats=TODAY[: TODAY.index(",Aggregated")])
    assert unread(told) == {"x_stats.csv": "the file has no such row"}


@pytest.mark.parametrize(
    "text",
    [
        TODAY.replace(",400,0,12,", ",inf,0,12,"),
        TODAY.replace("13.5", "nan"),
        TODAY.replace("13.5", "1e999"),
        TODAY.splitlines()[0],
    ],
    ids=["infinite requests", "nan", "too large", "a header alone"],
)
def test_an_incomplete_file_is_not_read_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"x_stats\.csv"):
        notes(tmp_path, x_stats=text)
