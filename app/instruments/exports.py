"""Files out of a version: XLSForm, TOML, bounds as a workbook, the blank on paper; and edited bounds back in."""

from flask import Blueprint, abort, flash, redirect, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.content.editions import changes_of, take_instrument
from app.content.store import instrument_of
from app.extensions import db
from app.instruments import queries
from app.instruments.files import XLSX, as_stream, chosen, read_upload, told, written
from app.instruments.forms import UploadForm, draft_form
from app.instruments.version_page import page_of
from app.models import InstrumentVersion
from surveys.definition.bands_table import read_bands, write_bands
from surveys.definition.instrument import Instrument
from surveys.definition.toml_text import to_toml
from surveys.errors import DefinitionError
from surveys.writers import MEDIA_TYPES

bp = Blueprint("exports", __name__)


def version_or_404(version_id: int) -> InstrumentVersion:
    return queries.find_version(InstrumentVersion, version_id) or abort(404)


@bp.get("/<int:version_id>/form.<kind>")
def form(version_id: int, kind: str) -> Response:
    """The form itself: an XLSForm or TOML, either comes back as the same form."""
    version = version_or_404(version_id)
    instrument = instrument_of(version)
    if kind == "toml":
        body = instrument.model_dump(mode="json", exclude_defaults=True)
        return answer(to_toml(body).encode(), "application/toml", version, "", kind)
    if kind != "xlsx":
        abort(404)
    try:
        return answer(written(lambda path: _xlsform(instrument, path), "xlsx"), XLSX, version, "", kind)
    except DefinitionError as error:
        flash(_("В Excel эту форму записать нельзя: %(why)s. Скачайте TOML.", why=str(error.problems[0])), "warning")
        return redirect(url_for("instruments.show", version_id=version_id))  # type: ignore[return-value]


def _xlsform(instrument: Instrument, path: object) -> None:
    from surveys.xlsform import write_xlsform

    write_xlsform(instrument, path)  # type: ignore[arg-type]


@bp.get("/<int:version_id>/bands.xlsx")
def bands(version_id: int) -> Response:
    """Bounds of levels and risk bands."""
    version = version_or_404(version_id)
    instrument = instrument_of(version)
    if not (instrument.levels or instrument.indicators):
        abort(404)
    return answer(written(lambda path: write_bands(instrument, path), "xlsx"), XLSX, version, "_bands", "xlsx")


@bp.post("/<int:version_id>/bands")
def upload_bands(version_id: int) -> str | Response | tuple[str, int]:
    """Edited bounds become a draft of the next version."""
    version, person_id = version_or_404(version_id), current_user.id
    upload = UploadForm()
    try:
        file = chosen(request.files.get("file") if upload.validate_on_submit() else None)
        source, instrument = file.filename or "", instrument_of(version)
        changed_instrument = read_upload(file, lambda path: read_bands(path, instrument))
        draft, changed = take_instrument(changed_instrument, source, person_id)
        db.session.commit()
    except DefinitionError as error:
        db.session.rollback()
        version = version_or_404(version_id)
        form = draft_form(changes_of(version), version.marks, asked=False, sent=False)
        form.show(instrument_of(version).thresholds)
        lines, more = told(error)
        return page_of(version, changes_of(version), form, problems=lines, more=more), 422
    if changed:
        flash(_("Файл проверен. Получился черновик версии %(version)s.", version=draft.version))
    else:
        flash(_("В файле то же, что в действующей версии %(version)s: изменений нет.", version=draft.version))
    return redirect(url_for("instruments.show", version_id=draft.id))


@bp.get("/<int:version_id>/blank.<kind>")
def blank(version_id: int, kind: str) -> Response:
    """The blank for approval and for filling by hand."""
    from surveys.paper.blank import build_blank
    from surveys.writers import write_report

    version = version_or_404(version_id)
    if kind not in ("docx", "pdf"):
        abort(404)
    report = build_blank(instrument_of(version), draft=version.published_utc is None)
    content = written(lambda path: write_report(report, kind, path), kind)
    return answer(content, MEDIA_TYPES[kind], version, "_blank", kind)


def answer(content: bytes, mimetype: str, version: InstrumentVersion, mark: str, extension: str) -> Response:
    name = f"{version.code}_v{version.version}{mark}.{extension}"
    return send_file(as_stream(content), mimetype=mimetype, as_attachment=True, download_name=name)
