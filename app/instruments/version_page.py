"""One version as finished values for its page."""

from collections.abc import Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from app.content.store import instrument_of
from app.frame.interface import N_, translated
from app.instruments import queries
from app.instruments.difference_words import shown_changes
from app.instruments.forms import ApprovalForm, UploadForm
from app.models import InstrumentVersion
from surveys.definition.control_item import can_have_control, control_items
from surveys.definition.difference import Change
from surveys.definition.instrument import Instrument, Item
from surveys.definition.plain_language import language_warnings, reading_minutes

KINDS = {"added": N_("добавлено"), "removed": N_("удалено"), "changed": N_("изменено")}


def state_of(version: Any) -> tuple[str, str]:
    """(class of the tag, words)."""
    if version.published_utc is None:
        return "wait", _("черновик")
    return ("done", _("действует")) if queries.is_current(version) else ("idle", _("прежняя"))


def page_of(
    version: InstrumentVersion,
    changes: list[Change],
    form: ApprovalForm,
    *,
    problems: Sequence[str] = (),
    more: int = 0,
) -> str:
    """The page of one version; ``form`` may carry what was typed and its errors, ``problems`` those of a file."""
    instrument = instrument_of(version)
    times = reading_minutes(instrument)
    return render_template(
        "instruments/version.html",
        version=version,
        instrument=instrument,
        state=state_of(version),
        changes=shown_changes(changes),
        kinds=translated(KINDS),
        form=form,
        problems=problems,
        more=more,
        warnings=language_warnings(instrument),
        times=times,
        upload=UploadForm(formdata=None),
        users=queries.users_of(version),
        sections=sections_of(instrument),
        control=control_of(version, instrument),
        banded=bool(instrument.levels or instrument.indicators),
    )


def control_of(version: InstrumentVersion, instrument: Instrument) -> str | None:
    """What may be done with the instructed item: «add», «remove»; None where nothing."""
    if not (can_have_control(instrument) and queries.is_open_to_change(version)):
        return None
    return "remove" if control_items(instrument) else "add"


def sections_of(instrument: Instrument) -> list[tuple[str, list[Item]]]:
    """Items under the titles of their groups, in form order."""
    titles = {group.name: group.label for group in instrument.groups}
    found: list[tuple[str, list[Item]]] = []
    last: str | None = ""
    for item in instrument.items:
        if not found or item.group != last:
            last = item.group
            found.append((titles.get(item.group or "", ""), []))
        found[-1][1].append(item)
    return found
