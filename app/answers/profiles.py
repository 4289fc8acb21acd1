"""A teacher's profile as finished values: for the own page and document, for the coordinator under a live consent."""

import datetime as dt
from typing import Any

from app.answers.submissions import checked_of
from app.content.store import instrument_of
from app.extensions import db
from app.frame.navigation import decimal
from app.models import InstrumentVersion, Submission, Wave
from app.models.waves import STAGES
from surveys.answers.checking import Checked
from surveys.definition.instrument import Instrument
from surveys.findings.finding import Suggestion, individual_findings
from surveys.findings.rules import Catalogue
from surveys.report.profile import BlockProfile, build_profile
from surveys.statistics.scoring import score_one

STRONG_FROM, WEAK_UP_TO = 75, 50  # percent of the maximum of one statement that is called strong or weak
LEVEL_ORDER = ("high", "medium", "low", "none")
LEVEL_MARKS = {"none": 0, "low": 1, "medium": 2, "high": 3}


def earlier_scores(
    wave: Wave, respondent_key: str, instrument: Instrument, since: dt.datetime | None = None
) -> dict[str, float]:
    """The person's own scores at the nearest earlier stage with this questionnaire: block -> 0-100.

    Only blocks that ask the same in both versions; none where nothing was sent before. What was given before ``since``
    (a seal) is not read.
    """
    code = db.session.scalar(
        db.select(InstrumentVersion.code).where(InstrumentVersion.id == wave.instrument_version_id)
    )
    wanted = (
        db.select(Submission, InstrumentVersion)
        .join(Wave, Wave.id == Submission.wave_id)
        .join(InstrumentVersion, InstrumentVersion.id == Wave.instrument_version_id)
        .where(
            Submission.respondent_key == respondent_key,
            InstrumentVersion.code == code,
            Wave.opens_utc < wave.opens_utc,
        )
        .order_by(Wave.opens_utc.desc())
    )
    if since is not None:
        wanted = wanted.where(Submission.received_utc >= since)
    row = db.session.execute(wanted.limit(1)).first()
    if row is None:
        return {}
    from surveys.disclosure.pairs import comparable_scales

    submission, version = row
    old = instrument_of(version)
    scores = score_one(old, checked_of(submission))
    same = set(comparable_scales(old, instrument))
    return {name: one.score for name, one in scores.items() if name in same and one.score is not None}


def profile_page(
    instrument: Instrument, checked: Checked, rules: Catalogue, earlier: dict[str, float] | None = None
) -> dict[str, Any]:
    """The private profile: blocks by level, own words on the strongest and weakest statements, help to choose from.

    ``earlier``: the person's own scores at the stage before, of blocks that ask the same; nobody else's are read.
    """
    earlier = earlier or {}
    profile = build_profile(instrument, checked)
    labels = {level.code: level.label for level in instrument.levels}
    groups = [
        {
            "label": labels[code],
            "code": code,
            "mark": LEVEL_MARKS[code],
            "blocks": [_block(block, earlier) for block in profile.blocks if block.level == code],
        }
        for code in LEVEL_ORDER
        if code in labels
    ]
    scales = {scale.name: scale.label for scale in instrument.scales}
    help_offered = individual_findings({block.scale: block.level for block in profile.blocks}, rules, instrument)
    return {
        "groups": [group for group in groups if group["blocks"]],
        "blocks_total": len(profile.blocks),
        "unscored": [block for block in profile.blocks if block.score is None],
        "bounds": [decimal(level.at_least, 0) for level in sorted(instrument.levels, key=lambda one: one.at_least)][1:],
        "strongest": [one for one in profile.strongest if one.percent >= STRONG_FROM],
        "weakest": [one for one in profile.weakest if one.percent <= WEAK_UP_TO],
        "compared": any(block.scale in earlier and block.score is not None for block in profile.blocks),
        "suggestions": [(one, scales[one.scale]) for one in help_offered],
        "help": _help([(one, f"{scales[one.scale]} ({labels[one.level]})") for one in help_offered]),
        "forms": preferred_forms(instrument, checked),
        "stages": STAGES,
    }


def _help(suggestions: list[tuple[Suggestion, str]]) -> list[tuple[Suggestion, list[str]]]:
    """Each help once, with all topics that it is offered for."""
    found: dict[tuple[str, ...], tuple[Suggestion, list[str]]] = {}
    for one, topic in suggestions:
        found.setdefault((one.recommendation, *one.roadmap_items, one.deadline), (one, []))[1].append(topic)
    return list(found.values())


def _block(block: BlockProfile, earlier: dict[str, float]) -> dict[str, Any]:
    before = earlier.get(block.scale)
    shown = {"scale": block.scale, "label": block.label, "score": decimal(block.score, 0), "need": block.need}
    if before is None or block.score is None:
        return {**shown, "before": "", "change": ""}
    change = round_half_up(block.score) - round_half_up(before)  # of the printed numbers, so that they add up
    return {
        **shown,
        "before": decimal(before, 0),
        "change": f"+{change}" if change > 0 else f"−{-change}" if change else "0",
    }


def round_half_up(value: float) -> int:
    """As ``decimal`` prints it."""
    return int(value + 0.5 + 1e-9)


def preferred_forms(instrument: Instrument, checked: Checked) -> list[str]:
    """Words chosen in ranked questions, the first choice first."""
    found = []
    for item in instrument.items:
        chosen = checked.values.get(item.name)
        if item.type == "rank" and isinstance(chosen, list):
            labels = {option.name: option.label for option in instrument.options_of(item)}
            found += [labels.get(code, code) for code in chosen]
    return found
