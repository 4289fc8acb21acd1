"""Jobs that write documents: one document, or one archive with the document of every school."""

import io
import re
import zipfile
from typing import Any

from flask_babel import gettext as _

from app.extensions import db
from app.jobs import JobFailed, JobRun, job_kind
from app.models import Snapshot, Wave
from app.reach import scope_name
from app.reports.editions import show
from app.results.snapshots import latest_snapshot, released_of
from surveys.kinds import DEFAULT, KINDS
from surveys.report.document import Report

UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
SAME_TIME = (2020, 1, 1, 0, 0, 0)  # of files in an archive: equal documents give equal archives


def safe_filename(title: str, subtitle: str, wave: str, kind: str) -> str:
    """«Справка, Озёрное № 1, baseline-2020.docx»: no sign that a file system or a mail server dislikes."""
    name = ", ".join(part for part in (title, subtitle, wave) if part)
    name = UNSAFE.sub(" ", name.replace("«", "").replace("»", "").replace("\u00a0", " "))
    return f"{' '.join(name.split())[:150].rstrip(' .')}.{kind}"


def short_title(kind: str) -> str:
    """What a file of this kind is called."""
    return _("Справка") if kind == DEFAULT else KINDS[kind].title


def _wave_and_snapshot(job: JobRun) -> tuple[Wave, Snapshot]:
    wave = db.session.get(Wave, job.params["wave_id"])
    snapshot = latest_snapshot(wave.id) if wave else None
    if wave is None or snapshot is None:
        raise JobFailed(_("Этап ещё не рассчитан."))
    return wave, snapshot


@job_kind("report")
def write_document(job: JobRun) -> None:
    """Build one report and write it as one format."""
    wave, snapshot = _wave_and_snapshot(job)
    scope, kind, code, snapshot_id = job.params["scope"], job.params["format"], wave.code, snapshot.id
    document = job.params.get("kind", DEFAULT)
    try:
        report = show(wave, snapshot, scope, document).report
    except KeyError:
        raise JobFailed(_("В расчёте нет такой школы.")) from None
    job.progress(1, 2, _("Пишем документ"))
    job.deliver(
        written(report, kind),
        filename=safe_filename(short_title(document), report.subtitle, code, kind),
        title=job.title,
        format=kind,
        report=report.model_dump(mode="json"),
        scope=scope,
        snapshot_id=snapshot_id,
    )


@job_kind("report_archive")
def write_archive(job: JobRun) -> None:
    """The document of every school of a wave in one ZIP; progress and cancel at every school."""
    wave, snapshot = _wave_and_snapshot(job)
    wave_id, snapshot_id, code = wave.id, snapshot.id, wave.code
    kind, document = job.params["format"], job.params.get("kind", DEFAULT)
    scopes = [scope_name(group.code) for group in released_of(snapshot).schools]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:  # documents are compressed already
        for step, scope in enumerate(scopes, start=1):
            report = _report_again(wave_id, snapshot_id, scope, document)
            job.progress(step, len(scopes) + 1, report.subtitle)
            name = safe_filename(f"{step:03d} {short_title(document)}", report.subtitle, code, kind)
            archive.writestr(zipfile.ZipInfo(name, SAME_TIME), written(report, kind))
    job.progress(len(scopes) + 1, len(scopes) + 1, _("Сохраняем архив"))
    job.deliver(
        stream.getvalue(),
        filename=safe_filename(short_title(document), _("все школы"), code, "zip"),
        title=job.title,
        format="zip",
        report={"kind": document, "scopes": scopes},
        snapshot_id=snapshot_id,
    )


def _report_again(wave_id: int, snapshot_id: int, scope: str, document: str) -> Report:
    """The report of one school, read in a transaction of its own: progress ends the one before."""
    wave, snapshot = db.session.get_one(Wave, wave_id), db.session.get_one(Snapshot, snapshot_id)
    return show(wave, snapshot, scope, document).report


def written(report: Report, kind: Any) -> bytes:
    """The bytes of one format."""
    from surveys.writers import write_report

    file = io.BytesIO()
    write_report(report, kind, file)
    return file.getvalue()
