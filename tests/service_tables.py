"""The tables of services in services/README.md, made from the manifests.

``python -m tests.service_tables`` writes them; ``tests/test_repo.py`` checks that they are current.
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.files.manifests import read_manifests
from orchestrator.model.entry import Manifest, ServiceSet
from tests.conftest import ROOT

README = ROOT / "services" / "README.md"
COLUMNS = (
    "service", "name", "server", "interface", "threads", "keep-alive", "backlog", "event loop",
)  # fmt: skip


def with_tables(text: str, services: Iterable[Manifest]) -> str:
    """The document with the table of each set between its marks."""
    known = tuple(services)
    for one in ServiceSet:
        before, _, rest = text.partition(f"<!-- set {one} -->\n")
        _, end, after = rest.partition("<!-- end -->\n")
        assert end, f"services/README.md has no place for the table of the set {one}"
        table = _table(manifest for manifest in known if one in manifest.sets)
        text = f"{before}<!-- set {one} -->\n{table}{end}{after}"
    return text


def _table(services: Iterable[Manifest]) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS), *map(_row, services)]
    return "".join(["\n", *(f"| {' | '.join(line)} |\n" for line in lines), "\n"])


def _row(manifest: Manifest) -> tuple[str, ...]:
    return (
        f"`{manifest.id}`",
        manifest.name,
        manifest.server,
        manifest.interface,
        manifest.threads,
        "yes" if manifest.keep_alive else "no",
        str(manifest.backlog),
        manifest.event_loop,
    )


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(), read_manifests(ROOT / "services").values()))
