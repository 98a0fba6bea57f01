"""The caveats of a record. The report names each once, with all rows that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orchestrator.doubts.trial import all_caveats
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Caveat, OpenLoop, Outcome, Step, TrialRecord
from orchestrator.report.column import three_digits

Part = Step | OpenLoop


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A caveat and what it is about: the whole run, a trial, or a trial's step or arrival rate."""

    caveat: Caveat
    trial: TrialRecord | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A doubt as text: its place, text, code and remedy. Text is not escaped."""

    where: str
    text: str | None = None
    code: str | None = None
    remedy: str | None = None


def placed(record: RunRecord, trials: Iterable[TrialRecord]) -> Iterator[Placed]:
    """All caveats of the run itself, and of these ``trials``."""
    for caveat in record.caveats:
        yield Placed(caveat=caveat)
    for trial in trials:
        for caveat in all_caveats(trial):
            yield Placed(caveat=caveat, trial=trial)
        if trial.outcome is Outcome.FAILED:
            continue  # its steps are no numbers of the report
        parts: tuple[Part, ...] = (*trial.steps, *trial.open_loop)
        for part in parts:
            for caveat in part.caveats:
                yield Placed(caveat=caveat, trial=trial, part=part)


def doubts_of_row(record: RunRecord, trials: Iterable[TrialRecord]) -> tuple[Told, ...]:
    """All caveats about a row with these ``trials``, including those of the whole run."""
    found = (_told(_in_row(record, one), one.caveat) for one in placed(record, trials))
    return tuple(dict.fromkeys(found))


def doubts(record: RunRecord) -> list[Told]:
    """All caveats of the record, and all trials that were not measured."""
    found = list(placed(record, record.trials))
    shared: dict[Caveat, list[TrialRecord]] = {}
    for one in found:
        if one.trial and not one.part:
            shared.setdefault(one.caveat, []).append(one.trial)
    return [
        *(_told("every row", one.caveat) for one in found if not one.trial),
        *(
            Told(where=_where(record, trial), text=_outcome(trial))
            for trial in record.trials
            if trial.outcome is not Outcome.MEASURED
        ),
        *left_out(record),
        *made_again(record),
        *(_told(_together(record, rows), caveat) for caveat, rows in shared.items()),
        # The numbers in caveats of steps and rates differ, so only their places are listed here.
        # run.json has their texts.
        *_counted("single steps", record, [one for one in found if isinstance(one.part, Step)]),
        *_counted(
            "constant arrival rates",
            record,
            [one for one in found if isinstance(one.part, OpenLoop)],
        ),
    ]


def left_out(record: RunRecord) -> Iterator[Told]:
    """Each container that could not take part in the launches of all at once, and why."""
    names = {trial.service: trial.server.name for trial in record.trials}
    for one in record.together:
        for out in one.left_out:
            yield Told(
                where=f"{names.get(out.service, out.service)} {one.workload}, all at once",
                text=f"left out in {out.phase}: {out.reason}",
            )


def made_again(record: RunRecord) -> Iterator[Told]:
    """Each container whose requests failed in a launch that was made again, and why."""
    names = {trial.service: trial.server.name for trial in record.trials}
    for one in record.together:
        for once in one.failed_once:
            yield Told(
                where=f"{names.get(once.service, once.service)} {one.workload}, all at once",
                text=f"a launch was made again, because requests failed: {once.reason}",
            )


def _counted(what: str, record: RunRecord, found: Iterable[Placed]) -> Iterator[Told]:
    kinds: dict[tuple[str, str], dict[tuple[str, str, int], list[Part]]] = {}
    for one in found:
        if one.trial and one.part:
            rows = kinds.setdefault((one.caveat.code, one.caveat.remedy), {})
            rows.setdefault(one.trial.key, []).append(one.part)
    trials = {trial.key: trial for trial in record.trials}
    for (code, remedy), rows in sorted(kinds.items()):
        where = [_parts(record, trials[key], parts) for key, parts in rows.items()]
        yield Told(where=f"{what}: {'; '.join(where)}", code=code, remedy=remedy)


def _parts(record: RunRecord, trial: TrialRecord, parts: Iterable[Part]) -> str:
    """A trial and its steps, or its arrival rates, as text."""
    where = _where(record, trial)
    users = [f"{part.users:,}" for part in parts if isinstance(part, Step)]
    if users:
        at = ", ".join(dict.fromkeys(users))
        return f"{where} in {len(users)} of {len(trial.steps)} ({at} users)"
    rates = (three_digits(part.rate) for part in parts if isinstance(part, OpenLoop))
    return f"{where} at {', '.join(f'{rate}/s' for rate in rates)}"


def _in_row(record: RunRecord, one: Placed) -> str:
    if one.trial is None:
        return "every row of this run"
    which = f"repeat {one.trial.repeat}" if record.settings.repeats > 1 else "this row"
    match one.part:
        case Step(users=users, phase=phase):
            return f"{which}, step of {users:,} users ({phase})"
        case OpenLoop(rate=rate):
            return f"{which}, {rate:,.4g} requests/s"
        case None:
            return which


def _together(record: RunRecord, trials: list[TrialRecord]) -> str:
    """The trials as text. A framework is named once if all its trials are among them."""
    concerned = {trial.key for trial in trials}
    names = []
    for service, name in sorted({(t.service, t.server.name) for t in trials}):
        every = [t for t in record.trials if t.service == service]
        if all(t.key in concerned for t in every):
            names.append(name)
        else:
            names += [_where(record, t) for t in every if t.key in concerned]
    return ", ".join(names)


def _where(record: RunRecord, trial: TrialRecord) -> str:
    repeat = f" (repeat {trial.repeat})" if record.settings.repeats > 1 else ""
    return f"{trial.server.name} {trial.workload}{repeat}"


def _told(where: str, caveat: Caveat) -> Told:
    return Told(where=where, text=caveat.text, code=caveat.code, remedy=caveat.remedy)


def _outcome(trial: TrialRecord) -> str:
    phase = f" in {trial.phase}" if trial.phase else ""
    return f"{trial.outcome}{phase}: {trial.reason or 'no reason'}"
