"""Compares two records: finds and reads them, refuses what cannot be compared, writes the files."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.app.report import consistent, in_words, links_of
from orchestrator.compare.compared import compared, unequal
from orchestrator.compare.comparison import Comparison
from orchestrator.compare.files import RECORD, compare_files, folder_name, report_files
from orchestrator.errors import LabError, UsageError
from orchestrator.experiments.experiment import Experiment
from orchestrator.experiments.load import LOAD
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.exports.files import exported
from orchestrator.files import results_dir
from orchestrator.model.comparable import Comparable
from orchestrator.world import World

LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run's folder, and the experiment whose record lies in it."""

    experiment: Experiment[Any, Any, Any]
    folder: Path


def compare(
    world: World, results: Path, base: str, head: str, *, anyway: bool = False
) -> Comparison:
    """Compare two runs, and write the comparison to a folder below ``results``.

    Args:
        base, head: a run's id, its folder, or ``latest``, the newest run of the other's kind.
        anyway: compare even if conditions are not equal.

    Raises:
        UsageError: a run is missing, cannot be read or not be compared; or the runs are of
            different kinds, or differ in a condition. It has all problems.
        EnvironmentMissing: a file cannot be written.
    """
    comparison = compared(*_comparables(results, base, head))
    if comparison.unequal and not anyway:
        raise UsageError(_refused(comparison.base, comparison.head))
    _write(world, results, comparison)
    return comparison


def _comparables(results: Path, base: str, head: str) -> tuple[Comparable, Comparable]:
    runs, problems = _runs(results, base, head)
    found = []
    for run in runs:
        try:
            found.append(comparable_of(run))
        except LabError as error:
            problems += error.problems if isinstance(error, UsageError) else [str(error)]
    kinds = dict.fromkeys(run.experiment.name for run in runs)
    if len(kinds) > 1:
        told = " and ".join(f"{run.folder} is of `lab {run.experiment.name}`" for run in runs)
        problems.append(f"{told}: give two runs of the same command")
    if problems:
        raise UsageError(list(dict.fromkeys(problems)))
    return found[0], found[1]


def _runs(results: Path, *names: str) -> tuple[list[Run], list[str]]:
    """The runs that were found, and why the others were not."""
    named = {}
    problems = []
    for name in names:
        if name != LATEST:
            try:
                named[name] = run_of(results, name)
            except UsageError as error:
                problems += error.problems
    like = next((run.experiment for run in named.values()), LOAD)
    if LATEST in names:
        try:
            folder = results_dir.find_run(results, LATEST, like.saved.file)
            named[LATEST] = Run(experiment=like, folder=folder)
        except UsageError as error:
            problems += error.problems
    return [named[name] for name in names if name in named], problems


def run_of(results: Path, name: str) -> Run:
    """The run with this id or folder, of whichever experiment.

    Raises:
        UsageError: there is no such run.
    """
    for experiment in EXPERIMENTS:
        with suppress(UsageError):
            folder = results_dir.find_run(results, name, experiment.saved.file)
            return Run(experiment=experiment, folder=folder)
    files = ", ".join(experiment.saved.file for experiment in EXPERIMENTS)
    raise UsageError(f"no run {name!r}: neither {results / name}/ nor {name}/ has one of {files}")


def comparable_of(run: Run) -> Comparable:
    """What a run is compared by.

    Raises:
        UsageError: its record cannot be read, or records of its kind are not compared.
        SelfContradiction: its record's numbers cannot all be right.
    """
    experiment = run.experiment
    if experiment.comparable is None:
        kinds = ", ".join(f"`lab {one.name}`" for one in EXPERIMENTS if one.comparable)
        raise UsageError(
            f"{run.folder}: runs of `lab {experiment.name}` are not compared with each other; "
            f"give runs of {kinds}"
        )
    record = results_dir.read_record(run.folder / experiment.saved.file, experiment.saved.read)
    with in_words(run.folder):
        consistent(experiment, record, run.folder)
        return experiment.comparable(record)


def _refused(base: Comparable, head: Comparable) -> list[str]:
    """Every condition that is not equal, and how to compare all the same."""
    return [
        f"{base.run_id} and {head.run_id} cannot be compared, because a difference between them "
        "may come from these conditions:",
        *(f"  {one.sentence}" for one in unequal(base, head)),
        "--anyway compares them anyway, and labels the result with this list",
    ]


def _write(world: World, results: Path, comparison: Comparison) -> None:
    path = results / folder_name(comparison)
    folder = results_dir.RunFolder(path, record=RECORD, raw=False)
    folder.create()
    folder.save(compare_files(comparison), finished=True)
    page = report_files(comparison, links_of(world.root, path, results))
    folder.save_report({**page, **exported(comparison.base, comparison.head)})
    world.err.note(f"files: {path}")
