"""A list between its dry run and «Применить»: kept without sensitive columns, for an hour, for one person."""

import contextlib
import datetime as dt
import json
import os
import re
import secrets
import time
from pathlib import Path

from flask import current_app

from app.importing.tables import Row, Table
from app.jobs.timetable import Due, by_clock

KEPT_SECONDS = 3600


def _folder() -> Path:
    folder = Path(current_app.config["FILES"]) / "lists"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _old() -> list[Path]:
    """Files whose hour is over."""
    found = []
    for file in _folder().glob("*.json"):
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime < time.time() - KEPT_SECONDS:
                found.append(file)
    return found


@by_clock
def lists_due(now: dt.datetime) -> Due:
    """Names of people do not lie about after their hour, even where nobody uploads another list."""
    old = _old()
    if old:
        yield f"lists:{now:%Y-%m-%dT%H}", lambda: [file.unlink(missing_ok=True) for file in old]


def keep_list(person_id: int, kind: str, home: str, source: str, table: Table) -> str:
    """Keep ``table``; returns its name. Older lists are swept."""
    for old in _old():
        old.unlink(missing_ok=True)
    name = f"{person_id}-{secrets.token_hex(12)}"
    body = {
        "kind": kind,
        "home": home,
        "source": source,
        "rows": [[row.number, row.cells] for row in table.rows],
        "titles": table.titles,
        "dropped": table.dropped,
        "unused": table.unused,
    }
    descriptor = os.open(_folder() / f"{name}.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(body, file, ensure_ascii=False)
    return name


def take_list(person_id: int, name: str) -> tuple[str, str, str, Table] | None:
    """(kind, home school, file name, table) of a kept list of this person; None when it is gone."""
    path = _path(person_id, name)
    if path is None or not path.exists():
        return None
    body = json.loads(path.read_text(encoding="utf-8"))
    rows = [Row(number, cells) for number, cells in body["rows"]]
    return body["kind"], body["home"], body["source"], Table(rows, body["titles"], body["dropped"], body["unused"])


def drop_list(person_id: int, name: str) -> None:
    """Forget a kept list."""
    path = _path(person_id, name)
    if path is not None:
        path.unlink(missing_ok=True)


def _path(person_id: int, name: str) -> Path | None:
    return _folder() / f"{name}.json" if re.fullmatch(rf"{person_id}-[0-9a-f]{{24}}", name) else None
