"""What the probe saw of the framework's own distribution. Pure."""

from __future__ import annotations

from orchestrator.contract import Distribution, Probe, normalized
from orchestrator.model.entry import Manifest
from orchestrator.model.record import Package

# They install distributions and are in every base image; no framework came with them.
INSTALLERS = frozenset({"pip", "setuptools", "wheel"})


def own_package(manifest: Manifest, probe: Probe) -> Package | None:
    """The first of the manifest's packages; None where it names none, or it is not installed."""
    name = normalized(manifest.packages[0]) if manifest.packages else None
    if name is None or name not in probe.distributions:
        return None
    own = probe.distributions[name]
    others = [d for n, d in probe.distributions.items() if n not in {name, *INSTALLERS}]
    return Package(
        name=name,
        version=own.version,
        requires_python=own.requires_python,
        dependencies=len(others),
        install_bytes=_together([own, *others]),
    )


def _together(distributions: list[Distribution]) -> int | None:
    known = [d.install_bytes for d in distributions if d.install_bytes is not None]
    # A sum of a part would look like a small installation.
    return sum(known) if len(known) == len(distributions) else None
