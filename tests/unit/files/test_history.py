"""The file of a history."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.files.history import alone, read_lines, write_lines
from orchestrator.words import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    name: Name


def test_lines_come_back_with_their_numbers(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    assert read_lines(file, Line, "line") == []
    assert write_lines(file, [Line(name="a"), Line(name="b")])
    assert file.read_text() == '{"name":"a"}\n{"name":"b"}\n'
    assert read_lines(file, Line, "line") == [(1, Line(name="a")), (2, Line(name="b"))]


def test_to_write_the_same_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    assert write_lines(file, [Line(name="a")])
    before = file.stat()
    assert not write_lines(file, [Line(name="a")])
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_every_broken_line_is_named_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b'{"name":"a"}\n\n<<<<<<< HEAD\n{"name":"B"}\n\xff\n{"name":"c"')
    with pytest.raises(UsageError) as caught:
        read_lines(file, Line, "line of names")
    starts = [problem.partition(": not a line of names: ")[0] for problem in caught.value.problems]
    assert starts == [f"{file}, line {number}" for number in (3, 4, 5, 6)]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not a file|directory"):
        read_lines(tmp_path, Line, "line")


def test_one_program_at_a_time_changes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "lines.jsonl"

    def add(number: int) -> None:
        with alone(file):
            known = [line for _, line in read_lines(file, Line, "line")]
            write_lines(file, [*known, Line(name=f"n{number}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(read_lines(file, Line, "line")) == 40
    assert list(file.parent.iterdir()) == [file]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentMissing, match="file"), alone(tmp_path / "file" / "lines.jsonl"):
        pass
