"""What the load asks for and what it must get back, read from the services' contract."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Workload:
    """One request and the only answer to it that counts as a success."""

    name: str
    path: str
    status: int
    content_type: bytes
    """Prefix of the Content-Type header, in lower case."""
    body: bytes


def contract_path() -> Path:
    """Where the contract lies: as told, beside the package (container), or in the repository."""
    told = os.environ.get("LAB_CONTRACT")
    if told:
        return Path(told)
    folder = Path(__file__).resolve().parents[1]
    in_container = folder / "contract.toml"
    if in_container.exists():
        return in_container
    return folder.parent / "services" / "contract.toml"


def read_workloads(path: Path) -> dict[str, Workload]:
    """All workloads of the contract at `path`, by name, in the file's order."""
    tables = tomllib.loads(path.read_text("utf-8-sig"))
    return {
        name: Workload(
            name=name,
            path=table["path"],
            status=table["status"],
            content_type=table["content_type"].lower().encode("ascii"),
            body=table["body"].encode("utf-8"),
        )
        for name, table in tables.items()
    }
