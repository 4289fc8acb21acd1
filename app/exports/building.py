"""The job that writes rows of answers from the frozen snapshot."""

import tempfile
from pathlib import Path

from flask_babel import gettext as _

from app.content.store import instrument_of
from app.extensions import db
from app.jobs import JobFailed, JobRun, job_kind
from app.models import Snapshot
from app.results.snapshots import released_of


@job_kind("rows")
def write_file(job: JobRun) -> None:
    """Write one file and put it into «Мои документы»."""
    from surveys.answers.answer_set import AnswerSet
    from surveys.answers.row_export import rows_of
    from surveys.answers.row_writers import SUFFIX, code_cell, kinds, write_rows

    snapshot = db.session.get(Snapshot, job.params["snapshot_id"])
    kind, content = job.params["kind"], job.params["content"]
    if snapshot is None or kind not in kinds():
        raise JobFailed(_("Такой файл здесь не пишется."))
    wave, number, n = snapshot.wave, snapshot.number, snapshot.n
    instrument, released = instrument_of(wave.instrument_version), released_of(snapshot)
    if released.municipality.hidden:
        raise JobFailed(_("Ответов меньше %(k)d: строки не выгружаются.", k=released.k))
    units = {part.school.code: part.unit for part in wave.schools if part.unit}
    about = [
        (_("Этап"), f"{wave.title} ({wave.code})"),
        (_("Анкета"), f"{instrument.title}, {instrument.version}"),
        (_("Снимок"), f"№ {number}, {released.taken_utc}, SHA-256 {snapshot.sha256}"),
        (_("Строк"), str(n)),
        (
            _("Чего здесь нет"),
            _("имён, ключей, времени, свободных ответов и школ, где мало ответов; строки перемешаны"),
        ),
    ]
    code, dataset, snapshot_id = wave.code, snapshot.dataset, snapshot.id
    job.progress(1, 2, _("Пишем строки"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows.{SUFFIX[kind]}"
        rows = rows_of(AnswerSet.from_bytes(dataset), instrument, released, content, units, code_cell(kind))
        write_rows(rows, kind, path, about)
        job.deliver(
            path,
            filename=f"Ответы, {code}.{SUFFIX[kind]}",
            title=job.title,
            format=SUFFIX[kind],
            scope="municipality",
            snapshot_id=snapshot_id,
        )
