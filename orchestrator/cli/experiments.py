"""One command for each experiment: ``lab run``, ``lab crosscheck`` ..."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from orchestrator.app.catalogue import names
from orchestrator.app.experiment import measure, resumed
from orchestrator.cli.codes import ALL_WELL, INTERRUPTED, SOME_FAILED, WRONG
from orchestrator.cli.commands import Commands, add_results, command, typed
from orchestrator.cli.own import add_app, with_app
from orchestrator.cli.profile import by_profile
from orchestrator.experiments.experiment import AnyRecord, Experiment
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.json_text import indented
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the commands."""
    for experiment in EXPERIMENTS:
        parser = command(commands, experiment.name, partial(_measure, experiment), experiment.text)
        experiment.options(parser)
        if experiment.takes_app:
            add_app(parser)
        add_results(parser)
        if experiment.shown.document is not None:
            parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _measure(
    experiment: Experiment[Any, Any, Any], world: World, arguments: argparse.Namespace
) -> int:
    experiment, arguments = by_profile(experiment, arguments)
    with with_app(world, arguments) as (there, asked):
        return exit_code(experiment, _measured(experiment, there, asked))


def _measured(
    experiment: Experiment[Any, Any, Any], world: World, arguments: argparse.Namespace
) -> AnyRecord:
    resuming = experiment.resuming
    resume = resuming.asked(arguments) if resuming else None
    if resuming and resume is not None:
        settings = resuming.settings(resumed(experiment, arguments.results, resume))
    else:
        settings = experiment.settings(arguments, names(world.root))
    document = experiment.shown.document if getattr(arguments, "json", False) else None
    record: AnyRecord = measure(
        world,
        experiment,
        settings,
        typed(),
        arguments.results,
        resume,
        tables=document is None,
    )
    if document is not None:
        print(indented(document(record)), end="")
    return record


def exit_code(experiment: Experiment[Any, Any, Any], record: AnyRecord) -> int:
    """0 all well, 1 some rows failed or a bad finding, 2 not measurable, 130 interrupted."""
    if record.interrupted:
        return INTERRUPTED
    if experiment.unusable(record):
        return WRONG
    return ALL_WELL if experiment.all_well(record) else SOME_FAILED
