"""Catalogues of rules: a workbook or TOML in, the difference by code, the approval, publishing, files out."""

from pathlib import Path

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.content.editions import changes_of, discard, publish, take_rules
from app.content.store import instrument_of, rules_of
from app.extensions import db
from app.frame.interface import translated
from app.instruments import queries
from app.instruments.difference_words import shown_changes
from app.instruments.files import XLSX, as_stream, chosen, read_upload, told, written
from app.instruments.forms import ApprovalForm, ConfirmForm, UploadForm
from app.instruments.version_page import KINDS, state_of
from app.models import RuleVersion
from surveys.definition.toml_text import to_toml
from surveys.errors import DefinitionError
from surveys.findings.rules import Catalogue, read_rules
from surveys.findings.rules_table import read_rules_table, write_rules

bp = Blueprint("rules", __name__, url_prefix="/rules")


def version_or_404(version_id: int) -> RuleVersion:
    return queries.find_version(RuleVersion, version_id) or abort(404)


def draft_or_409(version_id: int) -> RuleVersion:
    version = queries.find_version(RuleVersion, version_id, lock=True) or abort(404)
    if version.published_utc is not None:
        abort(409)
    return version


@bp.get("/<int:version_id>")
def show(version_id: int) -> str:
    """One version of a catalogue."""
    version = version_or_404(version_id)
    form = ApprovalForm(formdata=None)
    form.show(rules_of(version).thresholds)
    return _page(version, form, UploadForm(formdata=None), [], 0)


def _page(version: RuleVersion, form: ApprovalForm, upload: UploadForm, problems: list[str], more: int) -> str:
    return render_template(
        "instruments/rules.html",
        version=version,
        rules=rules_of(version),
        state=state_of(version),
        changes=shown_changes(changes_of(version)),
        kinds=translated(KINDS),
        form=form,
        upload=upload,
        problems=problems,
        more=more,
        users=queries.waves_by_rules(version),
    )


@bp.post("/<int:version_id>/file")
def upload(version_id: int) -> str | Response | tuple[str, int]:
    """A changed catalogue becomes a draft; its codes are checked against the forms and the roadmap in force."""
    version, form, person_id = version_or_404(version_id), UploadForm(), current_user.id
    try:
        file = chosen(request.files.get("file") if form.validate_on_submit() else None)
        source, known = file.filename or "", known_codes()
        rules = read_upload(file, lambda path: read_catalogue(path, known))
        version = version_or_404(version_id)
        if rules.code != version.code:
            raise DefinitionError(
                _("в файле каталог «%(found)s», а изменяется «%(code)s»", found=rules.code, code=version.code), source
            )
        draft, changed = take_rules(rules, source, person_id)
        db.session.commit()
    except DefinitionError as error:
        db.session.rollback()
        form.file.errors = [_("Файл не принят, ничего не изменено")]
        approval = ApprovalForm(formdata=None)
        return _page(version_or_404(version_id), approval, form, *told(error)), 422
    if changed:
        flash(_("Файл проверен. Получился черновик версии %(version)s.", version=draft.version))
    else:
        flash(_("В файле то же, что в действующей версии %(version)s: изменений нет.", version=draft.version))
    return redirect(url_for("instruments.rules.show", version_id=draft.id))


def known_codes() -> dict[str, object]:
    """What rules may name: blocks and items, indicators and fields, numbers of the roadmap."""
    found = {kind: queries.newest_of_kind(kind) for kind in ("questionnaire", "card")}
    return {
        "instrument": instrument_of(found["questionnaire"]) if found["questionnaire"] else None,
        "card": instrument_of(found["card"]) if found["card"] else None,
        "roadmap_numbers": queries.roadmap_numbers() or None,
    }


def read_catalogue(path: Path, known: dict[str, object]) -> Catalogue:
    """A catalogue from .toml or from a workbook."""
    read = read_rules if path.suffix.lower() == ".toml" else read_rules_table
    return read(path, **known)  # type: ignore[operator]


@bp.get("/<int:version_id>/file.<kind>")
def export(version_id: int, kind: str) -> Response:
    """The catalogue as a workbook or TOML."""
    version = version_or_404(version_id)
    rules = rules_of(version)
    if kind == "xlsx":
        content, mimetype = written(lambda path: write_rules(rules, path), "xlsx"), XLSX
    elif kind == "toml":
        body = rules.model_dump(mode="json", exclude_defaults=True)
        content, mimetype = to_toml(body).encode(), "application/toml"
    else:
        abort(404)
    name = f"{version.code}_v{version.version}.{kind}"
    return send_file(as_stream(content), mimetype=mimetype, as_attachment=True, download_name=name)


@bp.post("/<int:version_id>")
def decide(version_id: int) -> str | Response | tuple[str, int]:
    """Publish a draft."""
    version, form = draft_or_409(version_id), ApprovalForm()
    if not form.validate_on_submit():
        return _page(version, form, UploadForm(formdata=None), [], 0), 422
    publish(version, form.approval)
    db.session.commit()
    flash(_("Версия %(version)s опубликована. Новые этапы возьмут её.", version=version.version))
    return redirect(url_for("instruments.rules.show", version_id=version_id))


@bp.post("/<int:version_id>/discard")
def throw_away(version_id: int) -> Response:
    """Delete a draft."""
    version = draft_or_409(version_id)
    if ConfirmForm().validate_on_submit():
        discard(version)
        db.session.commit()
        flash(_("Черновик удалён."))
    return redirect(url_for("instruments.index"))
