"""Words of the notation: columns and their aliases, types and their aliases, what is not supported and why."""

import re
from dataclasses import dataclass

TRANSLATED = ("label", "hint", "constraint_message", "ask")
MEDIA = ("image", "big-image", "audio", "video")
PREFIXES = ("bind", "control", "body", "instance")
ALIASES = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "relevance": "relevant",
    "calculate": "calculation",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "form_title": "title",
    "set_form_title": "title",
    "form_id": "id",
    "id_string": "id",
    "set_form_id": "id",
}
SIMPLE = {
    "integer": "integer",
    "int": "integer",
    "decimal": "decimal",
    "text": "text",
    "string": "text",
    "phone number": "text",
    "date": "date",
    "time": "time",
    "note": "note",
    "calculate": "calculate",
    "hidden": "calculate",
    "today": "calculate",
    "range": "range",
    "acknowledge": "select_one",
    "trigger": "select_one",
}
METADATA = (
    "start",
    "end",
    "deviceid",
    "device id",
    "subscriberid",
    "simserial",
    "phonenumber",
    "username",
    "email",
    "imei",
)
REPEATS = "повторяющиеся группы не поддерживаются"
GEO = "координаты не собираются"
FILES = "снимки, звук и файлы не собираются"
OUTSIDE = "внешние списки и файлы не поддерживаются; перенесите варианты на лист choices"
REFUSED = {
    "begin repeat": REPEATS,
    "begin loop": REPEATS,
    "begin looped group": REPEATS,
    "gps": GEO,
    "geopoint": GEO,
    "geotrace": GEO,
    "geoshape": GEO,
    "location": GEO,
    "start-geopoint": GEO,
    "photo": FILES,
    "image": FILES,
    "audio": FILES,
    "video": FILES,
    "file": FILES,
    "barcode": FILES,
    "background-audio": FILES,
    "audit": "запись действий не ведётся",
    "datetime": "дата вместе со временем не поддерживается; спросите date и time отдельно",
    "csv-external": OUTSIDE,
    "xml-external": OUTSIDE,
    "osm": GEO,
}
SELECT = re.compile(
    r"(?P<kind>select[_ ]one(?: from)?|select1|add select one prompt using"
    r"|select[_ ]multiple(?: from)?|select all that apply(?: from)?|add select multiple prompt using|rank)"
    r"(?: (?P<list>\S+))?(?P<other> or[_ ]other| or specify other)?",
    re.IGNORECASE,
)
YES = ("yes", "true", "true()", "1", "да")
NO = ("", "no", "false", "false()", "0", "нет")


@dataclass(frozen=True)
class Column:
    """A heading read: the field, its language («» for none), media columns marked."""

    field: str
    language: str = ""
    media: bool = False


@dataclass(frozen=True)
class Kind:
    """A type cell read: ours, as the form spells it, and the list."""

    type: str
    spelled: str = ""
    options: str | None = None
    or_other: bool = False


def read_heading(text: str) -> Column:
    """``label::Русский (ru)`` -> field label, language «Русский (ru)»; aliases are resolved."""
    parts = [part.strip() for part in re.split("::" if "::" in text else ":(?!constraint|required)", text)]
    if len(parts) > 1 and parts[0].lower() in PREFIXES:
        parts = parts[1:]
    if len(parts) > 1 and parts[0].lower() == "jr":
        parts = [":".join(parts)]
    if parts[0].lower() == "media" and len(parts) > 1:
        parts = parts[1:]
    base = re.sub(r"\s+", "_", parts[0].lower())
    if base in MEDIA:
        return Column(base, media=True)
    base = ALIASES.get(base, base)
    return Column(base, parts[1] if len(parts) > 1 and base in TRANSLATED else "")


def read_kind(text: str) -> "Kind | str":
    """A type cell, or the reason why it is refused."""
    written = " ".join(text.split())
    lower = written.lower()
    if re.match(r"(select[_ ](one|multiple)[_ ]from[_ ]file|select[_ ]one[_ ]external)\b", lower):
        return f"тип «{written}» не поддерживается: {OUTSIDE}"
    found = SELECT.fullmatch(written)
    if found:
        return _read_select(found)
    if lower in SIMPLE:
        ours = SIMPLE[lower]
        return Kind(ours, "" if lower in (ours, "int", "string") else lower)
    for start in (lower, lower.replace("_", " ")):
        if start in REFUSED:
            return f"тип «{written}» не поддерживается: {REFUSED[start]}"
    return f"неизвестный тип «{written}»"


def _read_select(found: re.Match[str]) -> "Kind | str":
    lower = found["kind"].lower()
    ours = "rank" if lower == "rank" else "select_one" if "one" in lower or lower == "select1" else "select_multiple"
    if not found["list"]:
        return f"у типа {ours} не указан список вариантов: пишите «{ours} имя_списка»"
    if found["other"] and ours == "rank":
        return "у типа rank не бывает «or_other»"
    return Kind(ours, options=found["list"], or_other=bool(found["other"]))


def yes_or_no(text: str) -> bool | None:
    """True, False, or None where the word is neither."""
    lower = text.strip().lower()
    return True if lower in YES else False if lower in NO else None
