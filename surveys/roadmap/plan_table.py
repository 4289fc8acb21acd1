"""A plan as a table of five columns, and our reading of its words: what kind of deadline, who is meant.

The words stay as they are; the reading stands beside them for a person to correct.
"""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveys.roadmap.plan import Deadline

MONTHS = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
_MONTH = (
    r"(январ[ьяе]|феврал[ьяе]|марта?е?|апрел[ьяе]|ма[йяе]|июн[ьяе]|июл[ьяе]|августа?е?"
    r"|(?:сент|окт|но|дека)(?:яб|б)р[ьяе])"
)
_YEAR = r"(?:\s*(20\d\d)\s*(?:г\.?|года)?)?"
_DAY = re.compile(rf"(?<!\d)(\d{{1,2}})\s+{_MONTH}{_YEAR}", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(20\d\d)(?!\d)")
_ISO = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
_RANGE = re.compile(rf"{_MONTH}{_YEAR}\s*[-–—]\s*{_MONTH}{_YEAR}", re.IGNORECASE)
_ONE = re.compile(rf"{_MONTH}{_YEAR}", re.IGNORECASE)
_QUARTER = re.compile(
    r"\b(IV|I{1,3}|[1-4])(?:-?й)?\s*(?:-\s*(IV|I{1,3}|[1-4])(?:-?й)?\s*)?квартал\w*" + _YEAR, re.IGNORECASE
)
_HALF = re.compile(r"\b(I{1,2}|[12])(?:-?е)?\s*полугоди\w*" + _YEAR, re.IGNORECASE)
_SCHEDULE = re.compile(r"\bпо\s+(?:графику|плану|расписанию)\s*(.*)", re.IGNORECASE | re.DOTALL)
_ONGOING = re.compile(
    r"постоянно|регулярно|систематически|ежемесячно|ежеквартально|еженедельно"
    r"|в течение (?:всего )?(?:года|периода|срока)|весь период|по мере необходимости|в период",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"в период (?:действия|после снятия|после отмены) ограничительных мер(?: в очной форме)?", re.IGNORECASE
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
PERSON = re.compile(r"([А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?)\s+([А-ЯЁ])\.\s?([А-ЯЁ])\.?")
ROLE_WORDS: Mapping[str, re.Pattern[str]] = {
    key: re.compile(words, re.IGNORECASE)
    for key, words in {
        "school_heads": r"руководител\w* (?:оу|оо|школ|образовательн)|директор\w*(?: школ| оу|$)|руководителям оу",
        "school_coordinators": r"школьн\w+ координатор",
        "municipal_coordinator": r"муниципальн\w+ (?:и школьн\w+ )?координатор",
        "working_group": r"рабоч\w+ групп",
        "uo_specialists": r"специалист\w* (?:уо|управления)",
    }.items()
}


def month_number(word: str) -> int:
    """«октября» -> 10."""
    low = word.lower()
    return max((len(stem), at) for at, stem in enumerate(MONTHS, start=1) if low.startswith(stem))[1]


def read_deadline(text: str, year: int) -> Deadline:
    """What kind of deadline the words mean; months and days without a year are of ``year``.

    ``none`` where they say nothing that we understand.
    """
    words = " ".join(text.split())
    found = _CONDITION.search(words)
    condition = found.group() if found else ""
    if re.search(r"по мере поступления", words, re.IGNORECASE):
        return Deadline(kind="on_receipt", text=text, condition=condition)
    separate = bool(re.search(r"по отдельному графику", words, re.IGNORECASE))
    schedule = _SCHEDULE.search(words)
    if schedule and not separate:
        return Deadline(kind="by_schedule", text=text, schedule_owner=schedule.group(1).strip(), condition=condition)
    days = _read_days(words, year)
    if days:
        return Deadline(kind="date", text=text, date=max(days), condition=condition)
    if days is None:
        return Deadline(kind="none", text=text)
    bounds = _read_months(words, year)
    if bounds is not None:
        return Deadline(kind="month", text=text, month=bounds[0], month_end=bounds[1], condition=condition)
    if separate or condition or _ONGOING.search(words):
        return Deadline(kind="ongoing", text=text, condition=condition, by_separate_schedule=separate)
    return Deadline(kind="none", text=text)


def _read_days(words: str, year: int) -> list[datetime.date] | None:
    """Days that the words name; None where one of them is in no calendar."""
    parts = [(int(d), month_number(m), int(y or year)) for d, m, y in _DAY.findall(words)]
    parts += [(int(d), int(m), int(y)) for d, m, y in _NUMERIC.findall(words)]
    parts += [(int(d), int(m), int(y)) for y, m, d in _ISO.findall(words)]
    try:
        return [datetime.date(of, month, number) for number, month, of in parts]
    except ValueError:
        return None


def _read_months(words: str, year: int) -> tuple[str, str] | None:
    """First and last month, YYYY-MM."""
    found = _RANGE.search(words)
    if found:
        first, last = month_number(found.group(1)), month_number(found.group(3))
        of = int(found.group(4) or year)
        return _bounds(int(found.group(2) or (of - 1 if found.group(4) and last < first else of)), first, last)
    found = _QUARTER.search(words)
    if found:
        one, other = _ordinal(found.group(1)), _ordinal(found.group(2) or found.group(1))
        return _bounds(int(found.group(3) or year), 3 * one - 2, 3 * other)
    found = _HALF.search(words)
    if found:
        half = _ordinal(found.group(1))
        return _bounds(int(found.group(2) or year), 6 * half - 5, 6 * half)
    found = _ONE.search(words)
    if found:
        month = month_number(found.group(1))
        return _bounds(int(found.group(2) or year), month, month)
    return None


def _ordinal(text: str) -> int:
    return _ROMAN.get(text.upper()) or int(text)


def _bounds(year: int, first: int, last: int) -> tuple[str, str]:
    return f"{year}-{first:02d}", f"{year + (last < first)}-{last:02d}"


@dataclass(frozen=True)
class Addressees:
    """Keys of people and roles that the words name, and what of them we did not understand."""

    keys: list[str]
    unknown: str = ""
    persons: tuple[tuple[str, str], ...] = ()  # (key, name) of people not known before


def read_addressees(text: str, people: Iterable[tuple[str, str]]) -> Addressees:
    """Who is meant. ``people``: (key, «Фамилия И.О.») of those known."""
    known = {_name(name): key for key, name in people}
    rest, found, fresh = " ".join(text.split()), [], []
    for match in PERSON.finditer(rest):
        name = _name(match.group())
        key = known.get(name)
        if key is None:
            key = "person-" + name.lower()
            fresh.append((key, f"{match.group(1)} {match.group(2)}.{match.group(3)}."))
        found.append((match.start(), key))
    rest = PERSON.sub(lambda match: " " * len(match.group()), rest)
    for key, words in ROLE_WORDS.items():
        for match in words.finditer(rest):
            found.append((match.start(), key))
    if re.search(r"муниципальн\w+ и школьн\w+ координатор", rest, re.IGNORECASE):
        found.append((rest.lower().index("школьн"), "school_coordinators"))
    for words in ROLE_WORDS.values():
        rest = words.sub(" ", rest)
    left = re.sub(
        r"\b(?:и|члены|ы|ов|оу|оо|уо|школ\w*|координатор\w*|муниципальн\w+|школьн\w+)\b", " ", rest, flags=re.IGNORECASE
    )
    left = re.sub(r"[\s,;.]+", " ", left).strip()
    return Addressees(list(dict.fromkeys(key for _at, key in sorted(found))), left, tuple(fresh))


def _name(text: str) -> str:
    match = PERSON.search(text)
    return "".join(match.groups()).replace("ё", "е") if match else text


@dataclass(frozen=True)
class PlanRow:
    """One line of the table: an item, or a section where only ``title`` stands."""

    line: int
    number: str
    title: str
    responsible: str = ""
    deadline: str = ""
    planned_result: str = ""

    @property
    def is_section(self) -> bool:
        return not (self.responsible or self.deadline or self.planned_result) and "." not in self.number


def tidy_rows(cells: Sequence[tuple[int, list[str]]]) -> tuple[list[PlanRow], list[str]]:
    """Rows under the headings, in five columns, with numbers made whole; and what a person should look at.

    A section stands alone in its row: «1. Анализ перечня» in the first cell, or «1» and «Анализ перечня».
    """
    rows: list[PlanRow] = []
    notes: list[str] = []
    seen: set[str] = set()
    for line, values in cells:
        number, title, *others = (*values, "", "", "", "", "")[:5]
        alone = re.fullmatch(r"(\d+)\.?\s+(\D.*)", number, re.DOTALL)
        if alone and not any((title, *others)):
            number, title = alone.groups()
        number = number.strip().rstrip(".")
        if number in seen and (fixed := _next_ten(number, seen)):
            notes.append(f"строка {line}: номер {number} уже был, принят за {fixed} (Excel теряет ноль в конце)")
            number = fixed
        seen.add(number)
        rows.append(PlanRow(line, number, title, *others))
    return rows, notes


def _next_ten(number: str, seen: set[str]) -> str:
    """«3.1» a second time, after «3.9», is «3.10» that was kept as a number."""
    whole = number + "0"
    head, _dot, tail = whole.rpartition(".")
    return whole if tail.isdigit() and f"{head}.{int(tail) - 1}" in seen and whole not in seen else ""
