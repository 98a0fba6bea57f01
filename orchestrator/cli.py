"""The ``lab`` command: arguments in, exit code out, the one place where errors are caught."""

from __future__ import annotations

import argparse
import json
import random
import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator import __version__
from orchestrator.compare import summary
from orchestrator.errors import EnvironmentMissing, LabError, UsageError
from orchestrator.model.crosscheck import CrossCheck, CrossCheckSettings
from orchestrator.model.record import Outcome, RunRecord
from orchestrator.model.settings import Settings
from orchestrator.profiles import CLIENTS, ENGINE, PROFILES
from orchestrator.wiring.catalogue import ROOT, catalogue
from orchestrator.wiring.crosscheck import crosscheck
from orchestrator.wiring.doctor import examine
from orchestrator.wiring.run import report, resumable, run
from orchestrator.wiring.services import build_images, new_service, verify

ALL_MEASURED, SOME_FAILED, INTERRUPTED = 0, 1, 130

# The options that make a run's plan: a resumed run has it already.
PLANNED = (
    "workload",
    "profile",
    "duration",
    "max_users",
    "repeats",
    "seed",
    "network",
    "client",
    "open_loop",
    "rate",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code (see ``README.md``)."""
    arguments = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # docker and CI end a run so
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:  # a file or folder that may not be read or written
        print(f"lab: {error}", file=sys.stderr)
        return EnvironmentMissing.exit_code
    except KeyboardInterrupt:
        print("lab: interrupted before anything was measured", file=sys.stderr)
        return INTERRUPTED


def _list(arguments: argparse.Namespace) -> int:
    known = catalogue().manifests
    if arguments.json:
        facts = {
            name: {"name": m.name, "server": m.server, "interface": m.interface}
            for name, m in known.items()
        }
        print(json.dumps(facts, indent=2))
    else:
        for name, manifest in known.items():
            own = manifest.server == "own"
            kind = "its own server" if own else f"{manifest.server} ({manifest.interface})"
            print(f"{name:12} {manifest.name:16} {kind}")
    return 0


def _run(arguments: argparse.Namespace) -> int:
    command = shlex.join(["lab", *sys.argv[1:]])
    if arguments.resume:
        if others := _given(arguments):
            raise UsageError(
                "--resume goes on with a run as it was planned; leave out " + ", ".join(others)
            )
        settings = resumable(arguments.results, arguments.resume)
    else:
        settings = _settings(arguments)
    record = run(settings, command, arguments.results, arguments.resume)
    return exit_code(record)


def _given(arguments: argparse.Namespace) -> list[str]:
    """What was said of a run's plan on the command line."""
    values = {name: getattr(arguments, name) for name in PLANNED}
    options = [
        f"--{'no-' if value is False else ''}{name.replace('_', '-')}"
        for name, value in values.items()
        if value is not None
    ]
    return [*arguments.services, *options]


def _settings(arguments: argparse.Namespace) -> Settings:
    known = catalogue()
    seed = arguments.seed
    return Settings(
        services=tuple(dict.fromkeys(arguments.services)) or tuple(known.manifests),
        workloads=tuple(dict.fromkeys(arguments.workload or ())) or tuple(known.contract),
        profile=arguments.profile or "standard",
        duration_s=arguments.duration,
        max_users=arguments.max_users,
        repeats=1 if arguments.repeats is None else arguments.repeats,
        seed=random.SystemRandom().randrange(10**6) if seed is None else seed,
        network=arguments.network or "loopback",
        client=arguments.client or ENGINE,
        open_loop=arguments.open_loop,
        rate=arguments.rate,
    )


def exit_code(record: RunRecord) -> int:
    """What a run ends with: 0 all measured, 1 some failed, 130 interrupted."""
    if record.interrupted:
        return INTERRUPTED
    measured = all(trial.outcome is Outcome.MEASURED for trial in record.trials)
    return ALL_MEASURED if measured else SOME_FAILED


def _crosscheck(arguments: argparse.Namespace) -> int:
    settings = CrossCheckSettings(
        services=tuple(dict.fromkeys(arguments.services)) or tuple(catalogue().manifests),
        workload=arguments.workload,
        pairs=arguments.pairs,
        seconds=arguments.seconds,
        connections=arguments.connections,
        network=arguments.network,
        client=arguments.client,
    )
    command = shlex.join(["lab", *sys.argv[1:]])
    return crosscheck_code(crosscheck(settings, command, arguments.results))


def crosscheck_code(record: CrossCheck) -> int:
    """0 all checked, 1 some failed or were counted differently by both ends, 130 interrupted."""
    if record.interrupted:
        return INTERRUPTED
    rows = [summary(check, record.settings.connections) for check in record.services]
    failed = any(check.reason for check in record.services)
    return SOME_FAILED if failed or not all(row.counts_agree for row in rows) else ALL_MEASURED


def _report(arguments: argparse.Namespace) -> int:
    report(arguments.results, arguments.run)
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    found = verify(arguments.services)
    return SOME_FAILED if any(found.values()) else 0


def _images(arguments: argparse.Namespace) -> int:
    return SOME_FAILED if build_images(arguments.services) else 0


def _doctor(arguments: argparse.Namespace) -> int:
    findings = examine()
    if arguments.json:
        print(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        for finding in findings:
            print(f"{finding.level:5} {finding.text}")
            if finding.remedy:
                print(f"      -> {finding.remedy}")
    return 3 if any(finding.level == "bad" for finding in findings) else 0


def _new(arguments: argparse.Namespace) -> int:
    for line in new_service(arguments.name):
        print(line)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab", description="A benchmark lab for Python web frameworks."
    )
    parser.add_argument("--version", action="version", version=f"lab {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, call: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(command=call)
        return command

    add("list", _list, "the services that can be measured").add_argument(
        "--json", action="store_true"
    )
    add(
        "doctor", _doctor, "what this host can and cannot measure, and how to mend it"
    ).add_argument("--json", action="store_true")
    verifying = add("verify", _verify, "the HTTP contract against the real containers")
    for command in (verifying, add("images", _images, "build the images")):
        command.add_argument("services", nargs="*", metavar="SERVICE")
    _add_run(add("run", _run, "measure"))
    _add_crosscheck(
        add("crosscheck", _crosscheck, "the lab's own client beside wrk, counted by both ends")
    )
    command = add("report", _report, "rebuild RUN/report/ from RUN/run.json, no Docker")
    command.add_argument("run", metavar="RUN", help="a run's id, its folder, or latest")
    _add_results(command)
    add("new", _new, "copy the template into a service that passes the contract").add_argument(
        "name", metavar="NAME"
    )
    return parser


def _add_run(command: argparse.ArgumentParser) -> None:
    command.add_argument("services", nargs="*", metavar="SERVICE", help="default: all")
    command.add_argument(
        "--workload", nargs="+", action="extend", metavar="json|text", help="default: both"
    )
    command.add_argument(
        "--profile", metavar="NAME", help=f"{', '.join(PROFILES)}; default: standard"
    )
    command.add_argument(
        "--duration", type=float, metavar="SECONDS", help="scales the profile's steps and timeouts"
    )
    command.add_argument("--max-users", type=int, metavar="N", help="the ramp's last step")
    command.add_argument("--repeats", type=int, metavar="N", help="default: 1")
    command.add_argument("--seed", type=int, metavar="N", help="of the trials' order")
    command.add_argument("--network", choices=("loopback", "bridge"), help="default: loopback")
    command.add_argument(
        "--client", choices=CLIENTS, help=f"what sends the requests; default: {ENGINE}"
    )
    command.add_argument(
        "--open-loop",
        action=argparse.BooleanOptionalAction,
        help="measure at constant arrival rates, too; default: as the profile has it",
    )
    command.add_argument(
        "--rate",
        type=float,
        metavar="R",
        help="requests/s of the open loop that all services have in common",
    )
    command.add_argument(
        "--resume", metavar="RUN|latest", help="measure what is missing of a run, as it was planned"
    )
    _add_results(command)


def _add_crosscheck(command: argparse.ArgumentParser) -> None:
    command.add_argument("services", nargs="*", metavar="SERVICE", help="default: all")
    for option, default, text in (
        ("pairs", 10, "of slices for each service"),
        ("seconds", 3, "of one slice"),
        ("connections", 64, "of both clients"),
    ):
        command.add_argument(
            f"--{option}",
            type=int,
            metavar="N",
            default=default,
            help=f"{text}; default: {default}",
        )
    command.add_argument("--workload", metavar="json|text", default="json", help="default: json")
    command.add_argument(
        "--network", choices=("loopback", "bridge"), default="loopback", help="default: loopback"
    )
    command.add_argument(
        "--client", choices=CLIENTS, default=ENGINE, help=f"the lab's; default: {ENGINE}"
    )
    _add_results(command)


def _add_results(command: argparse.ArgumentParser) -> None:
    command.add_argument("--results", type=Path, default=ROOT / "results", metavar="DIR")
