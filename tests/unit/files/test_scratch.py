"""Folders for a while: what a killed process left goes, what a running one uses stays."""

import subprocess
import sys
from pathlib import Path

from orchestrator.files.scratch import remove_left, scratch
from tests.conftest import ROOT

USES_ONE = """\
import sys
from pathlib import Path
from orchestrator.files.scratch import scratch
with scratch(Path(sys.argv[1])) as folder:
    (folder / "copy").mkdir()
    print(folder, flush=True)
    input()
"""


def test_a_folder_exists_during_its_block(tmp_path: Path) -> None:
    parent = tmp_path / "above" / "scratch"
    remove_left(parent)  # it does not exist yet
    with scratch(parent) as one, scratch(parent) as other:
        (one / "file").write_text("x")
        assert one.is_dir()
        assert other.is_dir()
        assert one != other
        remove_left(parent)
        assert (one / "file").read_text() == "x"
    assert list(parent.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_not_before(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", USES_ONE, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        remove_left(tmp_path)
        assert (folder / "copy").is_dir()
        process.kill()
    assert (folder / "copy").is_dir()
    remove_left(tmp_path)
    assert not folder.exists()
