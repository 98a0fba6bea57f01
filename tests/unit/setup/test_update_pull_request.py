"""Raised locks become one pull request: real git with a repository beside it, and a `gh` that notes
what it is asked. No network."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

TAKE, PROPOSE = ROOT / ".github/take_raised.sh", ROOT / ".github/update_pull_request.sh"
LOCK, REPORT = "services/flask/requirements.txt", "results/2026-11-25-b934f2/report/report.md"
GH = """\
#!/bin/sh
echo "$*" >> "$NOTES"
case "$*" in
"pr list"*) cat "$NUMBER" ;;
*--body-file*) while [ "$1" != --body-file ]; do shift; done; cat "$2" > "$NOTES.text" ;;
esac
"""


class Checkout:
    """A clone with a lock and a report, the repository that it came from, and a fake ``gh``."""

    def __init__(self, folder: Path) -> None:
        self.path, self.origin, self.notes = (
            folder / "work",
            folder / "origin.git",
            folder / "notes",
        )
        programs = folder / "programs"
        programs.mkdir()
        (programs / "gh").write_text(GH)
        (programs / "gh").chmod(stat.S_IRWXU)
        (folder / "number").write_text("")
        self.number = folder / "number"
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(folder),
            "NOTES": str(self.notes),
            "NUMBER": str(self.number),
            "GH_TOKEN": "secret-token",
        }
        self.git("init", "--quiet", "--bare", str(self.origin), cwd=folder)
        self.git("init", "--quiet", "-b", "main", str(self.path), cwd=folder)
        self.git("config", "user.name", "Somebody")
        self.git("config", "user.email", "somebody@example.org")
        self.write(LOCK, "flask==3.1.2\n")
        self.write(REPORT, "# Run\n")
        self.write("Makefile", "all:\n")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", "First")
        self.git("remote", "add", "origin", str(self.origin))

    def write(self, name: str, text: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text)

    def git(self, *words: str, cwd: Path | None = None) -> str:
        return self.run("git", *words, cwd=cwd).stdout

    def run(
        self, *words: str, cwd: Path | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=cwd or self.path,
            env=self.environment,
            capture_output=True,
            text=True,
            check=check,
        )

    def propose(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("bash", str(PROPOSE), *words, check=False)

    def proposed(self, name: str) -> str:
        return self.git("show", f"update-locks:{name}", cwd=self.origin)

    @property
    def asked(self) -> list[str]:
        return self.notes.read_text().splitlines() if self.notes.exists() else []

    @property
    def text(self) -> str:
        return Path(f"{self.notes}.text").read_text()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def texts(tmp_path: Path) -> list[str]:
    (tmp_path / "update.md").write_text("# Raised: flask\n")
    (tmp_path / "judge.md").write_text("- flask, json: same within 0.9 %\n")
    return [str(tmp_path / "update.md"), str(tmp_path / "judge.md")]


def test_raised_locks_become_one_commit_and_a_pull_request(
    checkout: Checkout, texts: list[str]
) -> None:
    checkout.write(LOCK, "flask==3.1.3\n")
    checkout.write(REPORT, "# Run\n## Stale rows\n")
    checkout.write("services/flask/new.txt", "made by something else\n")
    done = checkout.propose(*texts)
    assert done.returncode == 0, done.stderr
    assert checkout.proposed(LOCK) == "flask==3.1.3\n"
    assert "## Stale rows" in checkout.proposed(REPORT)
    assert checkout.git("ls-tree", "-r", "--name-only", "update-locks", cwd=checkout.origin).split(
        "\n"
    ) == ["Makefile", REPORT, LOCK, ""]
    assert [line.split(" --")[0] for line in checkout.asked] == ["pr list", "pr create"]
    assert checkout.text.startswith("# Raised: flask\n\n- flask, json: same within 0.9 %\n")
    assert "No A/B results" not in checkout.text


def test_the_checkout_stays_as_it_was(checkout: Checkout, texts: list[str]) -> None:
    checkout.write(LOCK, "flask==3.1.3\n")
    before = checkout.git("status", "--short", "--branch")
    assert checkout.propose(*texts).returncode == 0
    assert checkout.git("status", "--short", "--branch") == before


def test_an_open_pull_request_is_brought_up_to_date(checkout: Checkout, texts: list[str]) -> None:
    checkout.write(LOCK, "flask==3.1.3\n")
    assert checkout.propose(*texts).returncode == 0
    checkout.number.write_text("17\n")
    checkout.write(LOCK, "flask==3.1.4\n")
    done = checkout.propose(*texts)
    assert done.returncode == 0, done.stderr
    assert checkout.proposed(LOCK) == "flask==3.1.4\n"
    assert checkout.git("rev-list", "--count", "update-locks", cwd=checkout.origin) == "2\n"
    assert "pulls/17" in checkout.asked[-1]


def test_work_of_a_person_on_the_branch_is_not_lost(checkout: Checkout, texts: list[str]) -> None:
    checkout.git("push", "--quiet", "origin", "main:update-locks")
    checkout.write(LOCK, "flask==3.1.3\n")
    done = checkout.propose(*texts)
    assert done.returncode == 1
    assert "the last commit of update-locks is by somebody@example.org" in done.stderr
    assert checkout.proposed(LOCK) == "flask==3.1.2\n"


def test_any_other_change_is_refused(checkout: Checkout, texts: list[str]) -> None:
    checkout.write(LOCK, "flask==3.1.3\n")
    checkout.write("Makefile", "all: # changed\n")
    done = checkout.propose(*texts)
    assert done.returncode == 1
    assert "Makefile" in done.stderr
    assert checkout.asked == []


def test_without_a_raised_lock_nothing_is_proposed(checkout: Checkout, texts: list[str]) -> None:
    done = checkout.propose(*texts)
    assert (done.returncode, checkout.asked) == (0, [])
    assert "nothing to propose" in done.stdout


def test_a_dry_run_says_what_it_would_do_and_does_nothing(
    checkout: Checkout, texts: list[str]
) -> None:
    checkout.write(LOCK, "flask==3.1.3\n")
    done = checkout.propose("--dry", *texts)
    assert done.returncode == 0, done.stderr
    assert "would run: git " in done.stdout
    assert "# Raised: flask" in done.stdout
    assert checkout.asked == []
    assert checkout.git("branch", "--list", cwd=checkout.origin) == ""


def test_no_output_or_command_has_the_token(checkout: Checkout, texts: list[str]) -> None:
    checkout.write(LOCK, "flask==3.1.3\n")
    done = checkout.propose(*texts)
    assert "secret-token" not in done.stdout + done.stderr + "".join(checkout.asked)


def test_a_comparison_that_did_not_take_place_is_told(checkout: Checkout, texts: list[str]) -> None:
    checkout.write(LOCK, "flask==3.1.3\n")
    assert checkout.propose(texts[0], "absent/judge.md").returncode == 0
    assert "No A/B results" in checkout.text


def test_only_locks_and_reports_are_taken_from_a_copy(checkout: Checkout, tmp_path: Path) -> None:
    """The copy comes from a job that ran code of new releases."""
    copy = tmp_path / "copy"
    for name in (LOCK, REPORT, "Makefile", ".github/x.sh", "services/new/requirements.txt"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("of the copy\n")
    done = checkout.run("bash", str(TAKE), str(copy))
    assert "2 files taken" in done.stdout
    assert checkout.git("status", "--short").split("\n") == [f" M {REPORT}", f" M {LOCK}", ""]


@pytest.mark.parametrize("link", [LOCK, "services/flask", "services"])
def test_a_link_in_the_copy_is_not_followed(checkout: Checkout, tmp_path: Path, link: str) -> None:
    (tmp_path / "elsewhere" / LOCK).parent.mkdir(parents=True)
    (tmp_path / "elsewhere" / LOCK).write_text("secret\n")
    (tmp_path / "copy" / link).parent.mkdir(parents=True)
    (tmp_path / "copy" / link).symlink_to(tmp_path / "elsewhere" / link)
    assert "0 files taken" in checkout.run("bash", str(TAKE), str(tmp_path / "copy")).stdout
