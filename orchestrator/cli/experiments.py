"""One command for each experiment: ``lab run``, ``lab crosscheck`` ..."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from orchestrator.app.catalogue import names
from orchestrator.app.experiment import measure, resumed
from orchestrator.cli.codes import ALL_WELL, INTERRUPTED, SOME_FAILED
from orchestrator.cli.commands import Commands, add_results, command, typed
from orchestrator.experiments.experiment import AnyRecord, Experiment
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the commands."""
    for experiment in EXPERIMENTS:
        parser = command(commands, experiment.name, partial(_measure, experiment), experiment.text)
        experiment.options(parser)
        add_results(parser)


def _measure(
    experiment: Experiment[Any, Any, Any], world: World, arguments: argparse.Namespace
) -> int:
    resuming = experiment.resuming
    resume = resuming.asked(arguments) if resuming else None
    if resuming and resume is not None:
        settings = resuming.settings(resumed(experiment, arguments.results, resume))
    else:
        settings = experiment.settings(arguments, names(world.root))
    record = measure(world, experiment, settings, typed(), arguments.results, resume)
    return exit_code(experiment, record)


def exit_code(experiment: Experiment[Any, Any, Any], record: AnyRecord) -> int:
    """0 all rows measured, 1 some failed, 130 interrupted."""
    if record.interrupted:
        return INTERRUPTED
    return ALL_WELL if experiment.all_well(record) else SOME_FAILED
