"""The rule of the packet filter exists during its block alone, and a rule that was left goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.bridge_rule import let_through, remove
from orchestrator.errors import EnvironmentMissing

ADDRESSES = "10.249.0.0/16"
RULE = f"FORWARD -s {ADDRESSES} -d {ADDRESSES} -j ACCEPT\n"
# A packet filter that keeps its rules in a file. `REFUSED` is what it does not do.
FILTER = """\
#!/bin/sh
shift
what=$1
shift
[ "$what" != REFUSED ] || { echo "Permission denied" >&2; exit 4; }
case "$what" in
  -I) echo "$*" >> rules ;;
  -C) grep -qxF -e "$*" rules ;;
  -D) sed -i 1d rules ;;
esac
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the rules of a filter that does everything."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.chdir(tmp_path)
    refuses(tmp_path, "nothing")
    rules = tmp_path / "rules"
    rules.touch()
    return rules


def refuses(folder: Path, what: str) -> None:
    program = folder / "iptables"
    program.write_text(FILTER.replace("REFUSED", what))
    program.chmod(0o755)


def test_the_rule_exists_during_the_block_alone(rules: Path) -> None:
    with let_through(ADDRESSES):
        assert rules.read_text() == RULE
    assert rules.read_text() == ""
    with pytest.raises(KeyboardInterrupt), let_through(ADDRESSES):
        raise KeyboardInterrupt
    assert rules.read_text() == ""


def test_every_rule_that_was_left_is_removed(rules: Path) -> None:
    rules.write_text(2 * RULE)
    remove(ADDRESSES)
    assert rules.read_text() == ""
    remove(ADDRESSES)  # without one, too


def test_a_filter_that_does_not_take_the_rule_is_reported(rules: Path) -> None:
    refuses(rules.parent, "-I")
    with (
        pytest.raises(EnvironmentMissing, match=r"-I FORWARD .*: Permission denied: without this"),
        let_through(ADDRESSES),
    ):
        pytest.fail("the block must not run")


def test_a_rule_that_cannot_be_removed_is_reported_with_the_command(rules: Path) -> None:
    refuses(rules.parent, "-D")
    with (
        pytest.raises(
            EnvironmentMissing,
            match=rf"^`iptables -w -D {RULE.strip()}`: Permission denied: remove this rule yours",
        ),
        let_through(ADDRESSES),
    ):
        pass


def test_a_host_without_iptables_has_no_rules_to_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with let_through(ADDRESSES):
        pass
