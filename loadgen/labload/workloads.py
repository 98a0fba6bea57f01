"""Finds the services' contract for a process of the load generator."""

import os
from pathlib import Path


def contract_path() -> Path:
    """`LAB_CONTRACT` if it is set, else beside the package (container), else in the repository."""
    told = os.environ.get("LAB_CONTRACT")
    if told:
        return Path(told)
    folder = Path(__file__).resolve().parents[1]
    in_container = folder / "contract.toml"
    if in_container.exists():
        return in_container
    return folder.parent / "services" / "contract.toml"
