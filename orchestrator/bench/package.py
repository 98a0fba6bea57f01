"""Facts about the framework's own distribution, from what the probe found. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orchestrator.contract import Probe, normalized
from orchestrator.model.entry import Manifest
from orchestrator.model.trial import Package

# These install distributions and are in every base image; they are not dependencies.
INSTALLERS = frozenset({"pip", "setuptools", "wheel"})


def own_package(manifest: Manifest, probe: Probe) -> Package | None:
    """The first of the manifest's packages; None if it names none, or if it is not installed."""
    name = normalized(manifest.packages[0]) if manifest.packages else None
    if name is None or name not in probe.distributions:
        return None
    own = probe.distributions[name]
    return Package(
        name=name,
        version=own.version,
        requires_python=own.requires_python,
        dependencies=len(probe.distributions.keys() - {name, *INSTALLERS}),
        install_bytes=None,
    )


def sized(package: Package | None, sizes: Mapping[str, int | None] | None) -> Package | None:
    """The package with the size on disk of itself and its dependencies.

    Args:
        sizes: bytes of each installed distribution, None if unknown; None if all are unknown.
    """
    if package is None or sizes is None:
        return package
    ours = [size for name, size in sizes.items() if name not in INSTALLERS]
    known = [size for size in ours if size is not None]
    # A sum of only some sizes would look like a small installation.
    return replace(package, install_bytes=sum(known) if len(known) == len(ours) else None)
