"""``lab judge``: say whether a change makes a service slower."""

from __future__ import annotations

import argparse

from orchestrator.app.catalogue import names
from orchestrator.app.judge import judge
from orchestrator.app.judged import Asked, Judgement
from orchestrator.app.judgement import RECORD, judgement_files, judgement_summary
from orchestrator.cli.codes import ALL_WELL, INTERRUPTED, SOME_FAILED, WRONG
from orchestrator.cli.commands import Commands, add_json, add_results, command, typed
from orchestrator.experiments.ab.options import share
from orchestrator.options import add_workloads, duration
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the command."""
    text = "compare each service that a change touches with what it was; docs/ci.md explains it"
    parser = command(commands, "judge", _judge, text)
    parser.add_argument(
        "services",
        nargs="*",
        metavar="SERVICE",
        help="judge only these of the touched services; default: all of them",
    )
    parser.add_argument(
        "--since",
        metavar="REV",
        required=True,
        help="a commit, branch or tag; the base is where the work here left it",
    )
    add_workloads(parser)
    parser.add_argument(
        "--fail-above",
        metavar="PERCENT",
        type=share,
        default=0.01,
        help="the slow-down that is tolerated, such as 3%%; default: 1%%",
    )
    parser.add_argument(
        "--budget",
        metavar="TIME",
        type=duration,
        default=180.0,
        help="the most time to measure one service with one workload; default: 3m",
    )
    parser.add_argument(
        "--within",
        metavar="TIME",
        type=duration,
        default=5400.0,
        help="begin no comparison later than this, and say what was left out; default: 90m",
    )
    add_results(parser)
    add_json(parser)


def _judge(world: World, arguments: argparse.Namespace) -> int:
    asked = Asked(
        since=arguments.since,
        services=tuple(arguments.services),
        workloads=tuple(arguments.workload or names(world.root).usual),
        fail_above=arguments.fail_above,
        budget_s=arguments.budget,
        within_s=arguments.within,
    )
    found, folder = judge(world, asked, typed(), arguments.results)
    if arguments.json:
        print(judgement_files(found)[RECORD].decode(), end="")
    else:
        print(judgement_summary(found), end="")
    world.err.note(f"record: {folder / RECORD}")
    return exit_code(found)


def exit_code(found: Judgement) -> int:
    """130 interrupted, 1 something is slower than is tolerated, 2 not all measured, 0 all well."""
    if found.interrupted:
        return INTERRUPTED
    if found.slower:
        return SOME_FAILED
    return WRONG if found.unmeasured else ALL_WELL
