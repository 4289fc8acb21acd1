"""Answers of a wave in columns, and what changed since the stage before it.

Persons are matched by their key and leave as summaries only: nothing here gives out a key or a person's answer.
"""

import datetime as dt
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.content.editions import incomparable_between
from app.content.store import instrument_of
from app.extensions import db
from app.models import InstrumentVersion, School, Snapshot, Submission, Wave
from surveys.answers.checking import CLOSED, NO_ANSWER, closed_items, code_bytes
from surveys.definition.instrument import Instrument
from surveys.disclosure.released import Change, Released

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from surveys.answers.answer_set import AnswerSet
    from surveys.disclosure import PairSummary


def load_answers(
    wave_id: int, instrument: Instrument, until: dt.datetime | None = None
) -> tuple["AnswerSet", list[str]]:
    """Every submission of a wave that was not withdrawn, shuffled, with the schools as groups; and the persons' keys.

    ``until``: only what was received up to then.
    """
    from surveys.answers.answer_set import AnswerSet

    query = (
        db.select(
            db.cast(Submission.values, db.Text),
            db.cast(Submission.not_applicable, db.Text),
            db.cast(Submission.not_asked, db.Text),
            School.code,
            Submission.active_seconds,
            Submission.codes,
            Submission.respondent_key,
        )
        .join(School, School.id == Submission.school_id)
        .where(Submission.wave_id == wave_id, Submission.withdrawn_utc.is_(None))
    )
    if until is not None:
        query = query.where(Submission.received_utc <= until)
    rows = list(db.session.execute(query))
    random.SystemRandom().shuffle(rows)
    states = _states_reader(instrument, [row[5] for row in rows])
    answers = AnswerSet.from_submissions(
        instrument,
        [(json.loads(row[0]), states(row[1]), states(row[2]), {"school": row[3]}) for row in rows],
        [None if row[4] is None else float(row[4]) for row in rows],
        packed=[row[5] for row in rows],
    )
    return answers, [row[6] for row in rows]


def _states_reader(instrument: Instrument, packed: list[bytes]) -> Callable[[str], list[str]]:
    """How to read a stored list of names: only those of open questions where the vectors hold the closed ones."""
    length = code_bytes(instrument) * len(closed_items(instrument))
    if any(len(codes) != length for codes in packed):
        return json.loads
    names = [item.name for item in instrument.items if item.type not in (*CLOSED, *NO_ANSWER)]
    quoted = [(name, json.dumps(name)) for name in names]
    return lambda text: [name for name, sign in quoted if sign in text] if len(text) > 2 else []


def previous_snapshot(wave: Wave) -> Snapshot | None:
    """The newest snapshot of the stage before ``wave``: the latest earlier wave with the same questionnaire."""
    code = db.select(InstrumentVersion.code).where(InstrumentVersion.id == wave.instrument_version_id)
    return db.session.scalar(
        db.select(Snapshot)
        .join(Wave, Wave.id == Snapshot.wave_id)
        .join(InstrumentVersion, InstrumentVersion.id == Wave.instrument_version_id)
        .where(
            InstrumentVersion.code == code.scalar_subquery(),
            Wave.municipality_id == wave.municipality_id,
            Wave.opens_utc < wave.opens_utc,
        )
        .order_by(Wave.opens_utc.desc(), Snapshot.number.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class Pairs:
    """Pairs of two stages by group, before the gate: ``other`` names the blocks whose items changed."""

    groups: dict[str, "PairSummary"]
    other: list[str]
    k: int
    earlier: Released
    previous: tuple[str, int]


def pairs_since_previous(wave: Wave, instrument: Instrument, units: Mapping[str, str]) -> Pairs | None:
    """Summaries of the persons who answered in the previous stage too; None at a first one.

    ``units``: code of a school -> code of the group it is shown in. Schools asked in one stage only have no pairs.
    """
    import numpy as np

    from surveys.disclosure import comparable_scales, summarise_pairs

    earlier = previous_snapshot(wave)
    if earlier is None:
        return None
    old = instrument_of(earlier.wave.instrument_version)
    before, keys_before = load_answers(earlier.wave_id, old, until=earlier.taken_utc)
    after, keys_after = load_answers(wave.id, instrument)
    groups = [
        np.asarray([units.get(code, code) for code in one.groups.get("school", [])], str) for one in (before, after)
    ]
    spoilt = incomparable_between(earlier.wave.instrument_version, wave.instrument_version).scales
    keys, shown = (keys_before, keys_after), Released.model_validate_json(earlier.released)
    told = _told_before(earlier, shown, old, (before, keys_before, groups[0]), units)
    pairs = summarise_pairs(instrument, before, after, keys, (groups[0], groups[1]), old, spoilt, told)
    withdrawn = _counted(earlier, old, units)
    for group, part in pairs.items():
        for scale, moments in part.matched.items():
            # The figures printed then also hold answers withdrawn since: they are among those of the first stage only.
            part.only_before[scale] = max(part.only_before[scale], withdrawn.get((group, scale), 0) - moments.n)
    for group, change in shown.changes:
        if change.matched and group in pairs and change.scale in pairs[group].apart:
            part = pairs[group]
            gone, new = part.apart[change.scale]
            stayed = part.matched[change.scale].n - new
            part.apart[change.scale] = max(gone, change.matched - stayed), new  # some are withdrawn since
    known = {group: part for group, part in pairs.items() if group in set(units.values())}
    same, asked = comparable_scales(old, instrument, spoilt), {scale.name for scale in old.scales}
    other = [scale.name for scale in instrument.scales if scale.name in asked and scale.name not in same]
    return Pairs(known, other, max(wave.k, earlier.wave.k), shown, (earlier.wave.code, earlier.number))


def _told_before(
    middle: Snapshot,
    shown: Released,
    instrument: Instrument,
    stage: tuple["AnswerSet", list[str], "NDArray[np.str_]"],
    units: Mapping[str, str],
) -> dict[str, set[str]]:
    """Block -> persons of ``middle`` of whom its changes since the stage before it were printed.

    ``stage``: the answers of ``middle`` with the keys and the groups of the persons.
    """
    import numpy as np

    from surveys.disclosure import pair_members

    first = db.session.scalar(
        db.select(Snapshot)
        .join(Wave, Wave.id == Snapshot.wave_id)
        .where(
            Wave.code == shown.previous,
            Wave.municipality_id == middle.wave.municipality_id,
            Snapshot.number == shown.previous_snapshot,
        )
    )
    if first is None:
        return {}
    old = instrument_of(first.wave.instrument_version)
    before, keys_before = load_answers(first.wave_id, old, until=first.taken_utc)
    answers, keys, groups = stage
    own = np.asarray([units.get(code, code) for code in before.groups.get("school", [])], str)
    spoilt = incomparable_between(first.wave.instrument_version, middle.wave.instrument_version).scales
    members = pair_members(instrument, before, answers, (keys_before, keys), (own, groups), old, spoilt)
    printed = {change.scale for _group, change in shown.changes if change.matched}
    return {scale: persons for scale, persons in members.items() if scale in printed}


def link(pairs: Pairs | None, instrument: Instrument, released: Released) -> Released:
    """``released`` with the changes that may be shown beside the figures of all of both stages."""
    from surveys.disclosure import release_changes

    if pairs is None:
        return released
    closed: dict[str, set[str]] = {}
    for stage in (pairs.earlier, released):
        for group in [stage.municipality, *stage.schools]:
            for figures in group.scales:
                if group.hidden or figures.hidden:
                    closed.setdefault(figures.scale, set()).add(group.code)
    stages = pairs.earlier, released
    changes = release_changes(instrument, pairs.groups, k=pairs.k, closed=closed, stages=stages)
    for group in dict.fromkeys(["municipality", *(code for code, _change in changes)]):
        changes += [(group, Change(scale=name, matched=None, comparable=False)) for name in pairs.other]
    code, number = pairs.previous
    return released.model_copy(update={"changes": changes, "previous": code, "previous_snapshot": number})


def _counted(snapshot: Snapshot, instrument: Instrument, units: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """(group, block) -> respondents that the snapshot counted."""
    from surveys.answers.answer_set import AnswerSet
    from surveys.statistics.summary import summarise_by

    answers = AnswerSet.from_bytes(snapshot.dataset)
    found: dict[tuple[str, str], int] = {}
    if len(answers):
        for code, summary in summarise_by(answers, instrument, "school").items():
            for at, scale in enumerate(instrument.scales):
                key = (units.get(code, code), scale.name)
                found[key] = found.get(key, 0) + int(summary.scales.n[0, at])
    return found
