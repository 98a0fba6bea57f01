"""``lab judge``: compare each service that a change touches with what it was before."""

from __future__ import annotations

import random
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from orchestrator.app import judged
from orchestrator.app.catalogue import checked
from orchestrator.app.changed import differing
from orchestrator.app.experiment import measure
from orchestrator.app.judged import JUDGEMENT_SCHEMA, Asked, Judged, Judgement, State
from orchestrator.app.judgement import PREFIX, RECORD, judgement_files
from orchestrator.app.services import unknown, verify
from orchestrator.durations import clock_time
from orchestrator.entries import offered
from orchestrator.errors import EnvironmentMissing, Interrupted, LabError
from orchestrator.experiments.ab import AB
from orchestrator.experiments.ab.record import ABSettings, By
from orchestrator.files import results_dir
from orchestrator.interrupts import shielded
from orchestrator.model.catalogue import Names
from orchestrator.world import World

NEW = "new, so there is nothing to compare it with"
SEEDS = 10**6


def judge(world: World, asked: Asked, command: str, results: Path) -> tuple[Judgement, Path]:
    """Judge every service that a change touches; a service that fails does not stop the others.

    The judgement is saved before the first comparison and after each, so that an interrupt or an
    error loses nothing.

    Returns:
        The judgement, and its folder.

    Raises:
        UsageError: something is wrong with the command line or a file, before anything starts.
        EnvironmentMissing: git or the engine is missing; what was judged before is saved.
    """
    quiet = replace(world, out=world.err)  # stdout is for the result alone
    judgement, why_not = _begun(quiet, asked, command)
    folder = results_dir.RunFolder(results / judgement.run_id, record=RECORD, raw=False)
    folder.create()
    try:
        _save(folder, judgement)
        for known in _judging(quiet, judgement, why_not, results):
            judgement = known
            _save(folder, judgement)
    except (KeyboardInterrupt, Interrupted):
        judgement = replace(judgement, interrupted=True)
    finally:
        judgement = replace(judgement, finished_at=world.clock.utc())
        _save(folder, judgement)
    return judgement, folder.path


def _begun(world: World, asked: Asked, command: str) -> tuple[Judgement, dict[str, str]]:
    """The judgement before anything is measured, and why services cannot be compared."""
    known = checked(world, lambda there: _problems(asked, there))
    commit = world.changes.fork_point(world.root, asked.since)
    before = world.changes.services_at(world.root, commit)
    touching = differing(world, commit)
    frameworks = {name: one.framework for name, one in known.manifests.items()}
    own, shared = judged.of_its_own(touching, frameworks)
    wanted = asked.services or (*known.manifests, *before)
    on_request = [one for one in known.contract.values() if one.on_request]
    why_not = {name: NEW for name in own if name not in before}
    chosen = {
        name: judged.affected(
            paths,
            asked.workloads,
            [one.workload for one in offered(known.manifests[name], on_request)],
        )
        for name, paths in own.items()
        if name in wanted
    }
    gone = [name for name in before if name not in known.manifests and name in wanted]
    judgement = Judgement(
        schema=JUDGEMENT_SCHEMA,
        run_id=f"{PREFIX}{results_dir.new_run_id()}",
        started_at=world.clock.utc(),
        command=command,
        asked=asked,
        commit=commit,
        lines=judged.lines(chosen, gone, why_not),
        shared=shared,
        untold=tuple(name for name in touching if name not in own),
    )
    return judgement, why_not


def _problems(asked: Asked, there: Names) -> list[str]:
    """Everything that is wrong with the command line, in words; each problem once."""
    wrong = unknown(asked.services, there.services)
    for workload in asked.workloads:
        wrong += AB.problems(_settings(asked, "", "", workload), there)
    return list(dict.fromkeys(wrong))


def _judging(
    world: World, judgement: Judgement, why_not: Mapping[str, str], results: Path
) -> Iterator[Judgement]:
    """Judge line after line; yield the judgement after each."""
    began, within_s = world.clock.monotonic(), judgement.asked.within_s
    late = f"left out: {clock_time(within_s)} had passed before its turn"
    for number, line in enumerate(judgement.lines):
        if line.state is not State.WAITING:
            continue
        if world.clock.monotonic() - began > within_s:
            made, interrupted = replace(line, text=late), False
        else:
            try:
                made, interrupted = _judged(world, judgement, line, why_not, results)
            except EnvironmentMissing as error:
                yield judgement.with_line(number, judged.failed(line, error))
                raise
        world.err.note(f"{made.name}: {made.text}")
        judgement = replace(judgement.with_line(number, made), interrupted=interrupted)
        yield judgement
        if interrupted:
            return


def _judged(
    world: World, judgement: Judgement, line: Judged, why_not: Mapping[str, str], results: Path
) -> tuple[Judged, bool]:
    """The line with its finding, and whether it was interrupted.

    Raises:
        EnvironmentMissing: the host lacks something, so all other lines would fail, too.
        Interrupted: outside of the measurement.
    """
    service = line.service
    try:
        if line.workload is None:
            problems = verify(world, [service])[service]
            return judged.verified(line, why_not[service], problems), False
        settings = _settings(judgement.asked, service, judgement.commit, line.workload)
        record = measure(world, AB, settings, _command(settings), results, tables=False)
    except (EnvironmentMissing, Interrupted):
        raise
    except LabError as error:
        return judged.failed(line, error), False
    return judged.compared(line, record), record.interrupted


def _settings(asked: Asked, service: str, commit: str, workload: str) -> ABSettings:
    return ABSettings(
        service=service,
        base=f"rev:{commit}",
        head="here",
        workload=workload,
        budget_s=asked.budget_s,
        fail_above=asked.fail_above,
        by=By.CPU,
        seed=random.SystemRandom().randrange(SEEDS),
    )


def _command(settings: ABSettings) -> str:
    """The command that repeats one comparison."""
    words = ["lab", "ab", settings.service, "--workload", settings.workload]
    words += ["--base", settings.base, "--head", settings.head]
    words += ["--fail-above", f"{100 * settings.fail_above:g}%"]
    words += ["--budget", f"{settings.budget_s:g}s", "--seed", str(settings.seed)]
    return shlex.join(words)


def _save(folder: results_dir.RunFolder, judgement: Judgement) -> None:
    with shielded():
        folder.save(judgement_files(judgement), finished=judgement.finished_at is not None)
