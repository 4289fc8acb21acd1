"""What the next stage says of a measure: the change of the same persons, as the gate let it out, and no more.

Nothing is stored: snapshots never change, so neither does what is read from them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.content.store import instrument_of
from app.extensions import db
from app.models import Finding, Measure, Snapshot, Wave
from app.models.waves import STAGES
from app.results.snapshots import latest_snapshot, released_of
from surveys.disclosure.released import Change
from surveys.russian import number_text, percent

NEXT_RULES = ("M-NODYN", "M-DONE")  # what to do next: look at it anew, or pass it on


@dataclass(frozen=True)
class Effect:
    """One later stage: its words block by block, and the findings that propose what next."""

    wave_code: str
    stage: str
    lines: list[str]
    findings: list[Finding] = field(default_factory=list)


def blocks_of(measure: Measure) -> list[str]:
    """Blocks that the finding of ``measure`` rests on."""
    numbers = measure.finding.body["numbers"] if measure.finding else []
    found = [one["name"].split(".")[1] for one in numbers if one["name"].startswith("blk.")]
    found += [one["row"] for one in numbers if one["table"] == "changes"]
    return list(dict.fromkeys(found))


def baseline_of(measure: Measure) -> tuple[str, float, int] | None:
    """(indicator, mean, n) of the only block of the finding in its own stage, as far as the gate shows it."""
    blocks = blocks_of(measure)
    if measure.finding is None or len(blocks) != 1:
        return None
    released = released_of(db.session.get_one(Snapshot, measure.finding.snapshot_id))
    for group in (released.municipality, *released.schools):
        for figures in group.scales if group.code == measure.scope else ():
            if figures.scale == blocks[0] and figures.mean is not None:
                return f"mean:{blocks[0]}", figures.mean, figures.n
    return None


def effects(measure: Measure) -> list[Effect]:
    """Later stages of the same questionnaire, the earliest first; empty where there is none yet."""
    blocks = blocks_of(measure)
    if measure.finding is None or not blocks:
        return []
    snapshot = db.session.get_one(Snapshot, measure.finding.snapshot_id)
    found = []
    for wave in _later_waves(snapshot.wave):
        newest = latest_snapshot(wave.id)
        if newest is None:
            continue
        instrument = instrument_of(wave.instrument_version)
        titles = {scale.name: scale.label for scale in instrument.scales}
        changes = {change.scale: change for code, change in released_of(newest).changes if code == measure.scope}
        lines = [effect_words(titles.get(name, name), changes.get(name), measure) for name in blocks]
        found.append(Effect(wave.code, STAGES[wave.stage], lines, next_findings(newest.id, measure.scope, blocks)))
    return found


def _later_waves(wave: Wave) -> list[Wave]:
    code = wave.instrument_version.code
    wanted = db.select(Wave).where(
        Wave.municipality_id == wave.municipality_id, Wave.opens_utc > wave.opens_utc, Wave.status == "closed"
    )
    return [one for one in db.session.scalars(wanted.order_by(Wave.opens_utc)) if one.instrument_version.code == code]


def latest_changes() -> tuple[str, dict[str, list[str]]]:
    """Title of the last closed stage that has one before it, and by group what changed, as far as the gate shows it.

    Every line carries its n; hidden and incomparable blocks are left out.
    """
    closed = db.select(Wave).where(Wave.status == "closed").order_by(Wave.opens_utc.desc())
    for wave in db.session.scalars(closed):
        newest = latest_snapshot(wave.id)
        changes = released_of(newest).changes if newest is not None else []
        if changes:
            titles = {scale.name: scale.label for scale in instrument_of(wave.instrument_version).scales}
            found: dict[str, list[str]] = {}
            for code, change in changes:
                if change.change is not None and not change.hidden:
                    sign = "+" if change.change > 0 else ""
                    words = f"{titles.get(change.scale, change.scale)}: {sign}{number_text(change.change, 1)}"
                    found.setdefault(code, []).append(f"{words} (n\u00a0=\u00a0{change.matched})")
            return wave.title, found
    return "", {}


def effect_words(title: str, change: Change | None, measure: Measure) -> str:
    """One block in words, honest about how many and about what is not known."""
    if change is None:
        return _("«%(title)s»: тех, кто ответил в обоих этапах, нет — сравнить некого.", title=title)
    if not change.comparable:
        return _("«%(title)s»: вопросы блока изменились, этапы не сравниваются.", title=title)
    if change.hidden or change.before is None or change.after is None or change.change is None:
        return _("«%(title)s»: изменение скрыто, чтобы по нему нельзя было узнать ответы немногих.", title=title)
    words = _(
        "«%(title)s»: среди одних и тех же педагогов (%(n)d) средняя самооценка освоенности %(before)s → %(after)s, "
        "изменение %(change)s п. п.",
        title=title,
        n=change.matched or 0,
        before=number_text(change.before, 1),
        after=number_text(change.after, 1),
        change=("+" if change.change > 0 else "") + number_text(change.change, 1),
    )
    if change.deficit_before is not None and change.deficit_after is not None:
        words += " " + _(
            "Доля с дефицитом среди них %(before)s → %(after)s (%(count)d → %(then)d чел.).",
            before=percent(change.deficit_before.percent or 0.0),
            after=percent(change.deficit_after.percent or 0.0),
            count=change.deficit_before.count or 0,
            then=change.deficit_after.count or 0,
        )
    if measure.target is not None and measure.indicator == f"mean:{change.scale}":
        target = number_text(measure.target, 1)
        reached = change.after >= measure.target
        words += (
            _(" Цель %(target)s достигнута.", target=target)
            if reached
            else _(" Цель %(target)s не достигнута.", target=target)
        )
    return words


def next_findings(snapshot_id: int, scope: str, blocks: Iterable[str]) -> list[Finding]:
    """Findings of the later stage that say what to do next about these blocks."""
    wanted = db.select(Finding).where(
        Finding.snapshot_id == snapshot_id,
        Finding.scope == scope,
        db.or_(*(Finding.rule.like(f"{rule}%") for rule in NEXT_RULES)),
    )
    chosen = set(blocks)
    return [
        one
        for one in db.session.scalars(wanted.order_by(Finding.id))
        if one.rule == "M-NODYN" or chosen & {number["row"] for number in one.body["numbers"]}
    ]
