"""One ``Report``, five dresses. A writer computes nothing: it places what the report already says."""

from importlib import import_module
from pathlib import Path
from typing import IO, Literal

from surveys.report.document import Report

Format = Literal["docx", "pdf", "xlsx", "html", "json"]
FORMATS: tuple[Format, ...] = ("docx", "pdf", "xlsx", "html", "json")
MEDIA_TYPES: dict[Format, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}


def warm_up() -> None:
    """Import what takes longest in a process's first DOCX, so that a worker has done it before anybody waits.

    Half a second of processor time and 31 MB, which the first document would take all the same.
    """
    for library in ("docx", "matplotlib.figure"):
        import_module(library)


def write_report(report: Report, kind: Format, target: str | Path | IO[bytes]) -> None:
    """Write ``report`` as ``kind`` to a path or a binary stream. Heavy libraries are imported only here.

    Raises:
        ValueError: an unknown format.
    """
    if kind not in FORMATS:
        raise ValueError(f"неизвестный формат «{kind}»: есть {', '.join(FORMATS)}")
    data: bytes = import_module(f"surveys.writers.{kind}").render(report)
    if isinstance(target, str | Path):
        Path(target).write_bytes(data)
    else:
        target.write(data)
