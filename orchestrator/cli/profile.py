"""``lab run --profile cost``: an experiment that a profile of ``lab run`` names."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from orchestrator.experiments.experiment import Experiment
from orchestrator.experiments.load import LOAD
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.model.catalogue import Names
from orchestrator.options import option

OF_THE_COMMAND = {"command", "results", "json", "profile"}
"""What argparse holds beside an experiment's own options."""

Asked = tuple[Experiment[Any, Any, Any], argparse.Namespace]
"""An experiment and its arguments."""


def by_profile(experiment: Experiment[Any, Any, Any], arguments: argparse.Namespace) -> Asked:
    """The experiment that the profile names, with its arguments; else what was asked for.

    Options that have no meaning for it are among its problems, so they are reported together with
    everything else that is wrong.
    """
    if experiment is not LOAD or arguments.profile is None:
        return experiment, arguments
    named = (one for one in EXPERIMENTS if one.profile == arguments.profile)
    if (found := next(named, None)) is None:
        return experiment, arguments
    own = _defaults(found)
    refused = []
    for name, value in vars(arguments).items():
        if value is None or name in OF_THE_COMMAND:
            continue
        if hasattr(own, name):
            setattr(own, name, value)
        else:
            refused.append(f"--profile {found.profile} has no {option(name, value)}; leave it out")
    own.results = arguments.results

    def problems(settings: Any, there: Names) -> list[str]:
        return [*refused, *found.problems(settings, there)]

    return replace(found, problems=problems), own


def _defaults(experiment: Experiment[Any, Any, Any]) -> argparse.Namespace:
    """The arguments of an experiment of which nothing was named."""
    parser = argparse.ArgumentParser()
    experiment.options(parser)
    return parser.parse_args([])
