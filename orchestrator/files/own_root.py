"""A checkout of the lab whose only service is somebody's own application.

Everything that measures a service then measures the application in the same way: the same limits,
the same load, the same verdicts and reports. The folder lies in the lab's own checkout; the
application's stays as it is.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from posixpath import normpath
from typing import Any

from orchestrator.errors import UsageError
from orchestrator.files.template import MARK
from orchestrator.files.toml_text import toml_lines, toml_text
from orchestrator.model.blocks import COMPOSE_FILE
from orchestrator.model.own_app import FILE, RESULTS, OwnApp

PLACE = Path(".lab", "apps")
"""In the lab's checkout: a folder in it for each application while it is measured."""
CONTEXT, COMPANIONS = "context", "companions"
ORIGIN = "origin"
"""The file beside the manifest that names the folder from which the application is built."""
LEFT_OUT = (
    RESULTS,
    FILE,
    ".git",
    "__pycache__",
    ".venv",
    "node_modules",
    ".mypy_cache",
    ".ruff_cache",
)
"""No part of an image's sources. A copy without them keeps the build's cache: results of an earlier
run, or another workload, would change it."""
COPIED = ("loadgen", "orchestrator/setup")
IN_MEMORY = "size=64m,mode=1777"
OF_A_COMPANION = "size=512m,mode=1777,uid=10001,gid=10001"
"""It belongs to the container's user, because a database may change the mode of its own folder."""
SERVICES = "\nservices:\n"
NOT_IN_YAML = re.compile("[\x7f-\x9f\ufeff\ufffe\uffff]")


def own_root(
    checkout: Path,
    root: Path,
    app: OwnApp,
    companions: Mapping[str, Mapping[str, Any]],
    origin: str,
) -> Path:
    """Fill an empty folder; return it.

    Args:
        checkout: the lab's own.
        companions: the blocks of the application's own compose file that it needs, by name.
        origin: what its folder is now, in a line for people: a commit.

    Raises:
        UsageError: a name is taken by the lab, or a file of the application cannot be read.
    """
    service = root / "services" / app.name
    service.mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(checkout / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".dockerignore", ".env"):
        if (checkout / name).is_file():
            shutil.copy2(checkout / name, root / name)
    (root / "results").mkdir()
    (root / "results" / "published").symlink_to(checkout / "results" / "published")
    (root / "services" / "contract.toml").write_text(toml_text(app.workloads))
    (service / "service.toml").write_text(_manifest(app, origin))
    if app.build is not None:
        context = (app.folder / app.build.context).resolve()
        (service / ORIGIN).write_text(str(context))
        _copy(context, root / CONTEXT)
    compose = (checkout / COMPOSE_FILE).read_text()
    (root / COMPOSE_FILE).write_text(_compose(compose, root, app, companions))
    return root


def checkout_of(root: Path) -> Path:
    """The lab's own checkout, for the root of any; `root` itself unless it was made here."""
    above = root.resolve().parent
    return above.parents[1] if above.parts[-2:] == PLACE.parts else root


def origin_of(services: Path, name: str) -> Path | None:
    """The folder from which the application is built; None for a service of the lab."""
    path = services / name / ORIGIN
    return Path(path.read_text()) if path.is_file() else None


def _manifest(app: OwnApp, origin: str) -> str:
    """What a manifest must have. Nothing is known of how the application is served."""
    address = f"http://127.0.0.1:{app.port}/"
    facts = {
        "name": app.title,
        "sets": [],
        "server": "as its image starts it",
        "interface": "own",
        "workers": 1,
        "threads": "unknown",
        "keep_alive": True,
        "backlog": 1,
        "event_loop": "",
        "http_parser": "unknown",
        "packages": ["python"],
        "deployment": address,
        "homepage": address,
        "source": address,
        "unsaid": True,
        "notes": [origin],
    }
    return toml_lines(facts)


def _compose(
    text: str, root: Path, app: OwnApp, companions: Mapping[str, Mapping[str, Any]]
) -> str:
    """The lab's compose file with the application in the place of its services."""
    before, _, rest = text.partition(SERVICES)
    _, mark, rest = rest.partition(MARK)
    if not mark:
        raise UsageError(f"{COMPOSE_FILE} has lost the line {MARK.strip()!r}")
    taken = set(re.findall(r"^  ([a-z][a-z0-9-]*):$", rest, re.MULTILINE))
    if clash := sorted(taken & {app.name, *companions}):
        raise UsageError(f"{', '.join(clash)}: the lab has a container of this name; rename it")
    blocks = [_service(root, app), *(_companion(root, *pair) for pair in companions.items())]
    return f"{before}{SERVICES}{''.join(blocks)}{MARK}{rest}"


def _service(root: Path, app: OwnApp) -> str:
    labels = {
        "weblab.role": "server",
        "weblab.port": str(app.port),
        "weblab.ready": str(app.ready_within_s),
    }
    lines: dict[str, Any] = {"labels": labels}
    if app.build is None:
        lines["image"] = app.image
    else:
        lines["image"] = f"weblab-app/{app.name}:local"
        build = {"context": str(root / CONTEXT), "dockerfile": app.build.dockerfile}
        if app.build.target:
            build["target"] = app.build.target
        lines["build"] = {**build, "args": dict(app.build.args)}
    if app.command is not None:
        lines["command"] = list(app.command)
    if app.environment:
        lines["environment"] = dict(app.environment)
    lines["tmpfs"] = [f"{path}:{IN_MEMORY}" for path in dict.fromkeys(("/tmp", *app.writable))]  # noqa: S108
    lines["depends_on"] = {
        "values-locust-can-use": {"condition": "service_completed_successfully"},
        **{name: {"condition": "service_healthy"} for name in app.companions},
    }
    return _block(app.name, "server", lines)


def _companion(root: Path, name: str, theirs: Mapping[str, Any]) -> str:
    """A block of their compose file, under the lab's limits; what it keeps is in memory."""
    kept = ("image", "command", "environment", "healthcheck")
    lines = {key: theirs[key] for key in kept if theirs.get(key) is not None}
    if build := theirs.get("build"):
        lines["build"] = {**build, "context": _copied(build.get("context", "."), root, name)}
        lines["image"] = f"weblab-app/{name}:local"  # theirs keeps what it names
    volumes = [one["target"] for one in theirs.get("volumes") or () if "target" in one]
    mounted = [one.partition(":")[0] for one in theirs.get("tmpfs") or ()]
    memory = dict.fromkeys(map(normpath, ("/tmp", "/run", *volumes, *mounted)))  # noqa: S108
    lines["tmpfs"] = [f"{path}:{OF_A_COMPANION}" for path in memory]
    return _block(name, "companion", lines)


def _copied(context: str, root: Path, name: str) -> str:
    """The folder of a companion's build as a copy; an address stays as it is."""
    if not Path(context).is_dir():
        return context
    _copy(Path(context), root / COMPANIONS / name)
    return str(root / COMPANIONS / name)


def _copy(context: Path, into: Path) -> None:
    try:
        shutil.copytree(context, into, symlinks=True, ignore=_left_out)
    except shutil.Error as error:  # with (from, to, why) of each file
        told = [f"{source}: {why}" for source, _, why in error.args[0]]
        raise UsageError([f"not to be copied for a build: {one}" for one in told]) from error


def _left_out(folder: str, names: list[str]) -> set[str]:
    """The names in a folder that are not copied; sockets and pipes cannot be."""
    there = {name: Path(folder, name) for name in names}
    odd = {name for name, path in there.items() if path.is_socket() or path.is_fifo()}
    return odd | set(LEFT_OUT).intersection(names)


def _block(name: str, anchor: str, lines: Mapping[str, Any]) -> str:
    """A block as YAML, which understands JSON; each ``$`` is doubled, or it would be a variable."""
    told = "".join(
        f"    {key}: {_yaml(value).replace('$', '$$')}\n" for key, value in lines.items()
    )
    return f"  {name}:\n    <<: *{anchor}\n{told}\n"


def _yaml(value: Any) -> str:
    """A value as JSON that YAML understands: an emoji as it is, but DEL and its like escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
