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
