"""What the probe saw of the framework's own distribution. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orchestrator.contract import Probe, normalized
from orchestrator.model.entry import Manifest
from orchestrator.model.trial import Package

# They install distributions and are in every base image; no framework came with them.
INSTALLERS = frozenset({"pip", "setuptools", "wheel"})


def own_package(manifest: Manifest, probe: Probe) -> Package | None:
    """The first of the manifest's packages; None where it names none, or it is not installed."""
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
    """The package with what it and its dependencies take on disk.

    Args:
        sizes: bytes of each installed distribution; None where nobody could look.
    """
    if package is None or sizes is None:
        return package
    ours = [size for name, size in sizes.items() if name not in INSTALLERS]
    known = [size for size in ours if size is not None]
    # A sum of a part would look like a small installation.
    return replace(package, install_bytes=sum(known) if len(known) == len(ours) else None)
