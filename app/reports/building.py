"""The job that writes a document: report from the snapshot, file, row in «Мои документы»."""

import io
import re

from flask_babel import gettext as _

from app.extensions import db
from app.jobs import JobFailed, JobRun, job_kind
from app.models import Wave
from app.report_context import report_of
from app.snapshots import latest_snapshot

UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def safe_filename(title: str, subtitle: str, wave: str, kind: str) -> str:
    """«Справка, Озёрное № 1, baseline-2020.docx»: no sign that a file system or a mail server dislikes."""
    name = ", ".join(part for part in (title, subtitle, wave) if part)
    name = UNSAFE.sub(" ", name.replace("«", "").replace("»", "").replace("\u00a0", " "))
    return f"{' '.join(name.split())[:150].rstrip(' .')}.{kind}"


@job_kind("report")
def write_document(job: JobRun) -> None:
    """Build one report and write it as one format."""
    from surveys.writers import write_report

    wave = db.session.get(Wave, job.params["wave_id"])
    snapshot = latest_snapshot(wave.id) if wave else None
    if wave is None or snapshot is None:
        raise JobFailed(_("Этап ещё не рассчитан."))
    scope, kind, code, snapshot_id = job.params["scope"], job.params["format"], wave.code, snapshot.id
    try:
        report = report_of(wave, snapshot, scope)
    except KeyError:
        raise JobFailed(_("В расчёте нет такой школы.")) from None
    job.progress(1, 2, _("Пишем документ"))
    file = io.BytesIO()
    write_report(report, kind, file)
    job.deliver(
        file.getvalue(),
        filename=safe_filename(_("Справка"), report.subtitle, code, kind),
        title=job.title,
        format=kind,
        report=report.model_dump(mode="json"),
        scope=scope,
        snapshot_id=snapshot_id,
    )
