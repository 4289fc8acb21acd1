"""From the form to a wave: choices, a suggested code and title, states in words."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import format_datetime, gettext
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from app.events import record
from app.extensions import db
from app.frame.interface import in_russian
from app.models import ConsentText, InstrumentVersion, Wave, WaveSchool
from app.models.columns import utc_now
from app.models.waves import POOLED, STAGES
from app.waves import queries
from app.waves.forms import WaveForm

DEFAULT_ITEM = "3.9"
SUGGESTED_DAYS = 10


def state_of(wave: Wave, now: dt.datetime) -> tuple[str, str]:
    """(class of the tag, words) of a wave's state."""
    if wave.status == "draft":
        return "idle", _("черновик")
    if wave.status == "closed":
        return "done", _("закрыт")
    if now < wave.opens_utc:
        return "wait", _("ждёт начала")
    ends = max([wave.closes_utc, *(part.extended_until_utc for part in wave.schools if part.extended_until_utc)])
    return ("run", _("идёт")) if now < ends else ("late", _("срок вышел, пора закрыть"))


def zone_words(name: str) -> str:
    """«Europe/Moscow, сейчас 14:32»: people see whose clock is meant."""
    offset = dt.datetime.now(ZoneInfo(name)).utcoffset() or dt.timedelta()
    hours = round(offset.total_seconds() / 3600)
    return _(
        "время муниципалитета: МСК%(shift)s, сейчас %(now)s",
        shift="" if hours == 3 else f"{hours - 3:+d}",
        now=format_datetime(utc_now(), "HH:mm"),
    )


def fill_choices(form: WaveForm, wave: Wave | None, after: Wave | None = None) -> list[str]:
    """Set the choices and, on opening the page, the suggestions; returns what is missing for a wave, in words.

    ``after``: the wave whose next stage is being opened.
    """
    instruments, consents, schools = queries.published_instruments(), queries.consent_texts(), queries.schools()
    form.instrument_version_id.choices = [_version(one) for one in instruments]
    form.consent_text_id.choices = [_version(one) for one in consents]
    form.schools.choices = [SelectChoice(school.id, school.short_name) for school in schools]
    form.pooled.choices = [SelectChoice(school.id, school.short_name) for school in schools]
    numbers = queries.roadmap_numbers()
    items = [SelectChoice(number, f"{number} {title[:60]}") for number, title in numbers]
    form.roadmap_item_number.choices = [SelectChoice("", _("не связан")), *items]
    missing = []
    if not instruments:
        missing.append(_("Нет ни одной опубликованной анкеты."))
    if not consents:
        missing.append(_("Нет текста согласия."))
    if not schools:
        missing.append(_("Нет ни одной школы."))
    if queries.newest_rules() is None:
        missing.append(_("Нет каталога правил."))
    if request.method == "GET":
        suggest(form, wave, [school.id for school in schools], {number for number, _title in numbers})
        if after:
            continue_from(form, after, instruments)
    return missing


def _version(one: InstrumentVersion | ConsentText) -> SelectChoice:
    return SelectChoice(one.id, _("%(title)s, версия %(version)s", title=one.title, version=one.version))


@in_russian
def _usual_title(stage: str = "baseline") -> str:
    return _("%(stage)s диагностика профессиональных затруднений", stage=gettext(STAGES[stage]).capitalize())


def suggest(form: WaveForm, wave: Wave | None, school_ids: list[int], numbers: set[str]) -> None:
    """What the form shows before anything is typed: the draft, or a sensible new wave."""
    if wave:
        form.process(obj=wave)
        form.schools.data = [part.school_id for part in wave.schools]
        form.pooled.data = [part.school_id for part in wave.schools if part.unit]
        form.opens.data, form.closes.data = (
            moment.astimezone(form.zone).replace(tzinfo=None) for moment in (wave.opens_utc, wave.closes_utc)
        )
        return
    today = dt.datetime.now(form.zone)
    form.title.data = _usual_title()
    form.code.data = free_code(f"baseline-{today.year}", form.taken_codes)
    form.roadmap_item_number.data = DEFAULT_ITEM if DEFAULT_ITEM in numbers else ""
    form.schools.data = school_ids
    form.opens.data = today.replace(tzinfo=None, second=0, microsecond=0)
    last = today.replace(tzinfo=None, hour=18, minute=0, second=0, microsecond=0)
    form.closes.data = last + dt.timedelta(days=SUGGESTED_DAYS)


def continue_from(form: WaveForm, before: Wave, instruments: list[InstrumentVersion]) -> None:
    """The stage after ``before``: the same questionnaire in its newest version, the same schools and smallest group."""
    stages = list(STAGES)
    stage = stages[min(stages.index(before.stage) + 1, len(stages) - 1)]
    code = before.instrument_version.code
    form.stage.data = stage
    form.title.data = _usual_title(stage)
    form.code.data = free_code(f"{stage}-{dt.datetime.now(form.zone).year}", form.taken_codes)
    form.instrument_version_id.data = next((one.id for one in instruments if one.code == code), None)
    form.schools.data = [part.school_id for part in before.schools]
    form.pooled.data = [part.school_id for part in before.schools if part.unit]
    form.roadmap_item_number.data = before.roadmap_item_number or ""
    form.k.data = before.k


def free_code(wanted: str, taken: set[str]) -> str:
    """``wanted``, or with the first free number added."""
    number, code = 1, wanted
    while code in taken:
        number += 1
        code = f"{wanted}-{number}"
    return code


def save_wave(form: WaveForm, wave: Wave | None) -> Wave:
    """Write the form into a new or a draft wave; the caller commits."""
    rules, municipality = queries.newest_rules(), queries.municipality()
    if rules is None or municipality is None:
        raise LookupError("a wave needs rules and a municipality")
    new = wave is None
    wave = wave or Wave(municipality_id=municipality.id, created_by=current_user.id)
    wave.rule_version_id = rules.id
    wave.opens_utc, wave.closes_utc = form.utc(form.opens), form.utc(form.closes)
    for name in ("title", "code", "stage", "instrument_version_id", "consent_text_id", "roadmap_item_number", "k"):
        setattr(wave, name, getattr(form, name).data)
    chosen = set(form.schools.data or [])
    kept = {part.school_id: part for part in wave.schools}
    order = [school.id for school in queries.schools() if school.id in chosen]
    wave.schools = [kept.get(school_id) or WaveSchool(school_id=school_id) for school_id in order]
    for position, part in enumerate(wave.schools):
        part.position = position
        part.unit = POOLED if part.school_id in (form.pooled.data or []) else None
    db.session.add(wave)
    db.session.flush()
    record("wave.created" if new else "wave.changed", "wave", wave.id, new={"code": wave.code, "stage": wave.stage})
    return wave
