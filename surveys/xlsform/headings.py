"""Headings that nobody reads: a slip of the pen is refused, a column of the author's own is only mentioned."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from surveys.errors import Problem
from surveys.xlsform.rows import EXPRESSIONS, GROUP_TEXTS, ITEM_TEXTS, PLAIN, YES_NO
from surveys.xlsform.tables import Table

ALIKE = 0.8  # «relevent» and «relevant» 0.88, «lable» and «label» 0.8, «notes» and «note» stay apart from all of ours
SURVEY = {"type", "name", "required", "parameters", "max", "extra", *ITEM_TEXTS, *GROUP_TEXTS, *EXPRESSIONS}
READ: Mapping[str, set[str]] = {
    "survey": SURVEY | set(PLAIN) | set(YES_NO),
    "choices": {"list_name", "name", "label"},
    "settings": {"title", "id", "version", "default_language", "kind", "minutes", "approved_by", "approved_on"},
}
REFUSED = {"public_key", "submission_url"}  # told by the reader of settings


def check_headings(name: str, table: Table, problems: list[Problem], remarks: list[Problem]) -> None:
    """Tell of the columns of sheet ``name`` that have no effect. Any column of choices may serve a filter."""
    found = {column.field for _, column in table.columns}
    unread = [
        (heading, column.field)
        for heading, column in table.columns
        if column.field not in READ[name] | REFUSED and not column.media
    ]
    slips = dict(_slips(unread, READ[name] - found))
    problems += [
        Problem(f"лист {table.title}", f"столбец «{heading}» похож на «{meant}»: исправьте заголовок")
        for heading, meant in slips.items()
    ]
    rest = [f"«{heading}»" for heading, _ in unread if heading not in slips]
    if rest and name != "choices":
        remarks.append(Problem(f"лист {table.title}", f"столбцы без действия: {', '.join(rest)}"))


def _slips(unread: Iterable[tuple[str, str]], missing: set[str]) -> Iterator[tuple[str, str]]:
    for heading, field in unread:
        meant = get_close_matches(field, sorted(missing), n=1, cutoff=ALIKE)
        if meant:
            yield heading, meant[0]
