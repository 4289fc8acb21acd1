"""The stable JSON of a report: numbers unrounded, a hidden cell is its words, never NaN."""

import json
from pathlib import Path
from typing import IO

from surveys.report.document import Report


def write(report: Report, target: str | Path | IO[bytes]) -> None:
    """Write the JSON to a path or a binary stream."""
    from surveys.writers import write_report

    write_report(report, "json", target)


def render(report: Report) -> bytes:
    """UTF-8 JSON with a final line break."""
    return (json.dumps(report.contract(), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
