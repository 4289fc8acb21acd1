"""Forms and their versions: the list, a file in, a version, its difference, publishing, files out."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import Conflict
from werkzeug.wrappers import Response

from app.content.editions import changes_of, discard, draft_of, publish, set_marks, take_instrument
from app.content.store import instrument_of
from app.extensions import db
from app.frame.pages import error_page
from app.instruments import exports, preview, queries, rules
from app.instruments.files import chosen, read_upload, told
from app.instruments.forms import ConfirmForm, UploadForm, draft_form, marks_in
from app.instruments.version_page import page_of
from app.models import InstrumentVersion, RuleVersion
from surveys.definition.control_item import can_have_control, with_control, without_control
from surveys.definition.instrument import Instrument, open_instrument
from surveys.errors import DefinitionError, Problem

bp = Blueprint("instruments", __name__, url_prefix="/instruments")
bp.register_blueprint(exports.bp)
bp.register_blueprint(preview.bp)
bp.register_blueprint(rules.bp)


@bp.errorhandler(IntegrityError)
def taken_meanwhile(_error: IntegrityError) -> tuple[str, int]:
    """Two people made the same next version at once: the second one is told to look again."""
    db.session.rollback()
    return error_page(Conflict())


@bp.get("/")
def index() -> str:
    """Questionnaires, cards and catalogues of rules."""
    return _index(UploadForm())


def _index(form: UploadForm, **errors: Any) -> str:
    return render_template(
        "instruments/index.html",
        form=form,
        forms=queries.list_lines(InstrumentVersion),
        catalogues=queries.list_lines(RuleVersion),
        **{"problems": [], "more": 0, **errors},
    )


@bp.post("/")
def upload() -> str | Response | tuple[str, int]:
    """A file becomes a draft; with problems nothing is kept and all of them are shown."""
    return take_file(None)


@bp.post("/<int:version_id>/file")
def upload_next(version_id: int) -> str | Response | tuple[str, int]:
    """A changed file of this very form."""
    return take_file(version_or_404(version_id).code)


def take_file(code: str | None) -> str | Response | tuple[str, int]:
    """Read, check and keep as a draft; ``code`` is the form that the file must hold."""
    form = UploadForm()
    person_id = current_user.id
    try:
        if not form.validate_on_submit():
            raise DefinitionError(_("Выберите файл"))
        file = chosen(request.files.get("file"))
        source = file.filename or ""
        remarks: list[Problem] = []
        instrument = read_upload(file, lambda path: open_instrument(path, remarks))
        check_code(instrument, code, source)
        version, changed = take_instrument(instrument, source, person_id)
        db.session.commit()
    except DefinitionError as error:
        db.session.rollback()
        form.file.errors = [_("Файл не принят, ничего не изменено")]
        lines, more = told(error)
        return _index(form, problems=lines, more=more), 422
    for remark in remarks:
        flash(_("Обратите внимание: %(remark)s.", remark=remark), "warning")
    if changed:
        flash(_("Файл проверен. Получился черновик версии %(version)s.", version=version.version))
    else:
        flash(_("В файле то же, что в действующей версии %(version)s: изменений нет.", version=version.version))
    return redirect(url_for("instruments.show", version_id=version.id))


def check_code(instrument: Instrument, code: str | None, source: str) -> None:
    if code is not None and instrument.code != code:
        raise DefinitionError(
            _(
                "в файле форма «%(found)s», а изменяется «%(code)s»: проверьте form_id на листе settings",
                found=instrument.code,
                code=code,
            ),
            source,
        )


def version_or_404(version_id: int) -> InstrumentVersion:
    return queries.find_version(InstrumentVersion, version_id) or abort(404)


def draft_or_409(version_id: int) -> InstrumentVersion:
    version = queries.find_version(InstrumentVersion, version_id, lock=True) or abort(404)
    if version.published_utc is not None:
        abort(409)
    return version


@bp.get("/<int:version_id>")
def show(version_id: int) -> str:
    """One version: what is in it, what has changed, what to do next."""
    version = version_or_404(version_id)
    changes = changes_of(version)
    form = draft_form(changes, version.marks, asked=False)
    form.show(instrument_of(version).thresholds)
    return page_of(version, changes, form)


@bp.post("/<int:version_id>")
def decide(version_id: int) -> str | Response | tuple[str, int]:
    """Keep the marks of a draft, or publish it."""
    version = draft_or_409(version_id)
    changes = changes_of(version)
    publishing = request.form.get("act") == "publish"
    form = draft_form(changes, {}, asked=publishing)
    if not form.validate_on_submit():
        return page_of(version, changes, form), 422
    set_marks(version, marks_in(form, changes))
    if publishing:
        publish(version, form.approval)
        flash(_("Версия %(version)s опубликована. Новые этапы возьмут её.", version=version.version))
    else:
        flash(_("Пометки сохранены."))
    db.session.commit()
    return redirect(url_for("instruments.show", version_id=version_id))


@bp.post("/<int:version_id>/discard")
def throw_away(version_id: int) -> Response:
    """Delete a draft."""
    version = draft_or_409(version_id)
    if ConfirmForm().validate_on_submit():
        discard(version)
        db.session.commit()
        flash(_("Черновик удалён."))
    return redirect(url_for("instruments.index"))


@bp.post("/<int:version_id>/control")
def switch_control(version_id: int) -> Response:
    """Put the instructed item into the draft of the next version, or take it out; a draft in work keeps the rest."""
    version = version_or_404(version_id)
    draft = draft_of(InstrumentVersion, version.code)
    base = draft_or_409(draft.id) if draft else version
    instrument = instrument_of(base)
    if not (ConfirmForm().validate_on_submit() and can_have_control(instrument) and queries.is_open_to_change(base)):
        abort(409)
    switch = with_control if request.form.get("act") == "add" else without_control
    try:
        taken, changed = take_instrument(switch(instrument), base.title, current_user.id)
    except DefinitionError as error:
        flash(_("Строку убрать нельзя: %(why)s.", why=str(error.problems[0])), "warning")
        return redirect(url_for("instruments.show", version_id=version_id))
    if draft and not changed:
        discard(draft)
        flash(_("Черновик удалён: он больше ничем не отличался от действующей версии."))
    elif changed:
        flash(
            _("Получился черновик версии %(version)s. Новые этапы возьмут его после публикации.", version=taken.version)
        )
    db.session.commit()
    return redirect(url_for("instruments.show", version_id=taken.id))
