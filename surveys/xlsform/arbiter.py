"""pyxform has the last word: what it does not accept as an XLSForm, we do not either."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from surveys.errors import Problem
from surveys.xlsform.rows import PLAIN, YES_NO
from surveys.xlsform.tables import Table

MANY_CHOICES = 5_000
OURS = {*PLAIN, *YES_NO, "ask", "max", "extra", "required_when"} - {"default", "appearance"}


def check_with_pyxform(tables: Mapping[str, Table], main: Mapping[str, Any]) -> list[Problem]:
    """Problems that only pyxform finds, with its own words in brackets; our columns are not shown to it."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    body: dict[str, Any] = {"sheet_names": list(tables), "fallback_form_name": "data"}
    for name in ("survey", "choices"):
        hidden = {heading for heading, column in tables[name].columns if name == "survey" and column.field in OURS}
        body[name] = _rows(tables[name] if name == "survey" else _few(tables[name]), hidden)
        headings = [heading for heading, column in tables[name].columns if heading not in hidden and not column.media]
        body[f"{name}_header"] = [dict.fromkeys(headings)]
    settings = {"form_id": str(main["code"]), "form_title": str(main["title"]), "version": str(main["version"])}
    body["settings"], body["settings_header"] = [settings], [dict.fromkeys(settings)]
    try:
        convert(body, form_name="data")
    except PyXFormError as error:
        return [_translated(str(error))]
    return []


def _few(table: Table) -> Table:
    """Of very long lists only the beginning: codes are checked before, and pyxform takes seconds for thousands."""
    if len(table.rows) <= MANY_CHOICES:
        return table
    met: Counter[str] = Counter()
    rows = []
    for row in table.rows:
        name = row.get("list_name")
        met[name] += 1
        if met[name] <= 2:
            rows.append(row)
    return replace(table, rows=rows)


def _rows(table: Table, hidden: set[str]) -> list[dict[str, str]]:
    """Rows as pyxform reads them; blank ones stay, so that its row numbers are the sheet's."""
    written = {row.number: row.written for row in table.rows}
    last = max(written, default=1)
    return [
        {heading: text for heading, text in written.get(number, {}).items() if heading not in hidden}
        for number in range(2, last + 1)
    ]


def _translated(message: str) -> Problem:
    row = re.search(r"\[row : ([0-9]+)\]", message)
    sheet = re.search(r"'(survey|choices|settings)' sheet", message)
    place = f"лист {sheet[1] if sheet else 'survey'}" + (f", строка {row[1]}" if row else "")
    detail = " ".join(re.sub(r"\[row : [0-9]+\]|Learn more:.*", "", message).split())
    return Problem(place, f"форма не соответствует XLSForm (pyxform: {detail[:300]})")
