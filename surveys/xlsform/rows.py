"""Rows of the survey sheet: groups, questions and our own columns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from surveys.definition.checks import Path as Place
from surveys.definition.instrument import Item
from surveys.definition.languages import tag_of
from surveys.errors import Problem
from surveys.xlsform.notation import METADATA, Kind, read_kind, yes_or_no
from surveys.xlsform.tables import Row, Table, read_parameters, to_field

ITEM_TEXTS = ("label", "hint", "constraint_message")
GROUP_TEXTS = ("label", "hint", "ask")
EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter", "required_when")
HANDLED = ("name", "type", "spelled", "options", "or_other", "required", "parameters", "group", "translations")
# every other field of an item is a column of its own name, so that a new field needs nothing here
_REST = [name for name in Item.model_fields if name not in (*HANDLED, *ITEM_TEXTS, *EXPRESSIONS)]
YES_NO = tuple(name for name in _REST if Item.model_fields[name].annotation is bool)
PLAIN = tuple(name for name in _REST if name not in YES_NO)
QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
ACKNOWLEDGED = "acknowledged"
OTHER = {"ru": ("Другое", "Укажите другое"), "en": ("Other", "Please specify")}  # by tag of the language


@dataclass
class Draft:
    """What has been read so far; ``rows`` says where each piece stands, for messages."""

    problems: list[Problem]
    main: dict[str, Any] = field(default_factory=dict)
    default_language: str = ""
    base: str = ""  # language of the plain texts; «» where the headings have none
    languages: list[str] = field(default_factory=list)
    option_lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    groups: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    open_groups: list[tuple[str, int]] = field(default_factory=list)
    rows: dict[tuple[str | int, ...], str] = field(default_factory=dict)
    unread: list[Place] = field(default_factory=list)  # what follows from these is not told
    pictures: dict[str, list[str]] = field(default_factory=dict)  # option list -> places of its pictures

    def set_languages(self, found: list[str], survey: Table) -> None:
        """Note the languages; without a plain label column the default or the first language becomes the base."""
        self.languages = list(dict.fromkeys(found))
        plain = any(column.field == "label" and not column.language for _, column in survey.columns)
        if self.languages and not plain:
            self.base = self.default_language if self.default_language in self.languages else self.languages[0]

    def texts(self, row: Row, fields: Iterable[str]) -> dict[str, Any]:
        """Texts of a row in the base language, and the others under ``translations``."""
        found: dict[str, Any] = {}
        for name in fields:
            text = row.cells.get((name, self.base)) or row.cells.get((name, ""))
            if text:
                found[name] = text
        translations: dict[str, dict[str, str]] = {}
        for (name, language), text in row.cells.items():
            if name in fields and language and language != self.base:
                translations.setdefault(language, {})[name] = text
        return {**found, "translations": translations} if translations else found

    def body(self) -> dict[str, Any]:
        """The definition as a plain value."""
        body = {**self.main, "option_lists": self.option_lists, "groups": self.groups, "items": self.items}
        if self.languages:
            body["languages"] = self.languages
        if self.base or self.default_language:
            body["language"] = self.base or self.default_language
        return body


def read_survey(table: Table, draft: Draft) -> None:
    """Read every row of the survey sheet into ``draft``."""
    for column in ("type", "name"):
        if not table.has(column):
            draft.problems.append(Problem(f"лист {table.title}", f"нет столбца {column}"))
            draft.unread.append(("items",))
    if not table.has("type"):
        return
    for row in table.rows:
        _read_row(row, table, draft)
    for name, number in draft.open_groups:
        draft.problems.append(Problem(table.where(number), f"группа «{name}» не закрыта: нет строки end group"))


def _read_row(row: Row, table: Table, draft: Draft) -> None:
    place = table.where(row.number)
    kind = " ".join(row.get("type").split())
    if not kind:
        if row.get("name") or any(name == "label" for name, _ in row.cells):
            draft.problems.append(
                Problem(place, f"не указан тип вопроса «{row.get('name') or 'без имени'}» (столбец type)")
            )
            draft.unread.append(("items", len(draft.items), "type"))
            _add(row, {"name": row.get("name"), "type": "text"}, place, draft)
        return
    word = kind.lower().replace("_", " ")
    if word in ("begin group", "end group"):
        (_open if word.startswith("begin") else _close)(row, place, draft)
        return
    if word in ("end repeat", "end loop", "end looped group") or kind.lower().removeprefix("uri:") in METADATA:
        return
    read = read_kind(kind)
    if row.media:
        text = f"картинки, звук и видео не поддерживаются (тип «{kind}»)"
        draft.problems.append(Problem(table.where(row.number, row.media[0]), text))
    if isinstance(read, str):
        draft.problems.append(Problem(place, read))
        draft.unread.append(("items", len(draft.items), "type"))
        read = Kind("text")
        row.cells.setdefault(("label", ""), kind)
    _question(row, read, place, draft)


def _open(row: Row, place: str, draft: Draft) -> None:
    name = row.get("name")
    if not name:
        draft.problems.append(Problem(place, "у группы нет имени (столбец name)"))
        draft.unread.append(("groups", len(draft.groups), "name"))
        name = f"group_{row.number}"
    group: dict[str, Any] = {"name": name, **draft.texts(row, GROUP_TEXTS)}
    if row.get("relevant"):
        group["relevant"] = row.get("relevant").translate(QUOTES)
    if row.get("appearance"):
        group["appearance"] = row.get("appearance")
    if draft.open_groups:
        group["parent"] = draft.open_groups[-1][0]
    draft.rows["groups", len(draft.groups)] = place
    draft.groups.append(group)
    draft.open_groups.append((name, row.number))


def _close(row: Row, place: str, draft: Draft) -> None:
    if not draft.open_groups:
        draft.problems.append(Problem(place, "end group без begin group"))
        return
    draft.open_groups.pop()


def _add(row: Row, item: dict[str, Any], place: str, draft: Draft) -> None:
    if draft.open_groups:
        item["group"] = draft.open_groups[-1][0]
    draft.rows["items", len(draft.items)] = place
    draft.items.append(item)


def _question(row: Row, kind: Kind, place: str, draft: Draft) -> None:
    name = row.get("name")
    if not name:
        name = f"generated_note_{row.number}"
        if kind.type != "note":
            draft.problems.append(Problem(place, "не указано имя вопроса (столбец name)"))
            draft.unread.append(("items", len(draft.items), "name"))
    item: dict[str, Any] = {"name": name, "type": kind.type, **draft.texts(row, ITEM_TEXTS)}
    if kind.spelled:
        item["spelled"] = kind.spelled
    if kind.options:
        item["options"] = kind.options
    for column in EXPRESSIONS:
        if row.get(column):
            item[column] = row.get(column).translate(QUOTES)
    item.update({column: row.get(column) for column in PLAIN if row.get(column)})
    _required(row, item)
    _yes_no(row, item, place, draft)
    _parameters(row, item, place, draft)
    if kind.type != "calculate" and not any(key in item for key in ("label", "hint", "translations")):
        draft.problems.append(Problem(place, f"у вопроса «{name}» нет текста (столбец label)"))
    _spelled(item, kind, draft)
    _add(row, item, place, draft)
    if kind.or_other:
        _add_other(row, item, place, draft)


def _required(row: Row, item: dict[str, Any]) -> None:
    text = row.get("required")
    answer = yes_or_no(text)
    if answer:
        item["required"] = True
    elif answer is None:
        item["required_when"] = text.translate(QUOTES)


def _yes_no(row: Row, item: dict[str, Any], place: str, draft: Draft) -> None:
    for column in YES_NO:
        text = row.get(column)
        if not text:
            continue
        answer = to_field(Item, column, text)
        if isinstance(answer, bool):
            item[column] = answer
        else:
            draft.problems.append(Problem(f"{place}, столбец {column}", f"здесь бывает yes или no, а не «{text}»"))
            draft.unread.append(("items", len(draft.items), column))


def _parameters(row: Row, item: dict[str, Any], place: str, draft: Draft) -> None:
    parameters = read_parameters(row.get("parameters"))
    if parameters is None:
        draft.problems.append(Problem(f"{place}, столбец parameters", "пишите так: start=0 end=10 step=1"))
        draft.unread.append(("items", len(draft.items), "parameters"))
        return
    if row.get("max"):
        parameters["max"] = row.get("max")
    for line in row.get("extra").splitlines():
        key, _, value = line.partition("=")
        parameters[key.strip()] = value.strip()
    if parameters:
        item["parameters"] = parameters


def _spelled(item: dict[str, Any], kind: Kind, draft: Draft) -> None:
    """Types that are another type underneath."""
    if kind.spelled == "hidden":
        item["calculation"] = item.get("calculation") or "''"
    elif kind.spelled == "today":
        item["calculation"] = "today()"
    elif kind.spelled in ("acknowledge", "trigger"):
        item["options"] = ACKNOWLEDGED
        draft.option_lists.setdefault(ACKNOWLEDGED, [{"name": "OK", "label": "Да"}])


def _add_other(row: Row, item: dict[str, Any], place: str, draft: Draft) -> None:
    """«or_other»: one more option, and a text for it."""
    source = item["options"]
    if source in draft.option_lists:
        copy = f"{source}_or_other"
        label, translations = _other_words(draft, 0)
        other = {"name": "other", "label": label} | ({"translations": translations} if translations else {})
        draft.option_lists.setdefault(copy, [*draft.option_lists[source], other])
        item["options"] = copy
    relevant = f"selected(${{{item['name']}}}, 'other')"
    label, translations = _other_words(draft, 1)
    text: dict[str, Any] = {"name": f"{item['name']}_other", "type": "text", "label": label, "relevant": relevant}
    if translations:
        text["translations"] = {language: {"label": words} for language, words in translations.items()}
    _add(row, text, place, draft)


def _other_words(draft: Draft, place: int) -> tuple[str, dict[str, str]]:
    """The option or the question after it: in the form's own language, and in those of the others that we know."""
    own = OTHER.get(tag_of(draft.base or draft.default_language), OTHER["ru"])[place]
    others = {language: OTHER.get(tag_of(language)) for language in draft.languages if language != draft.base}
    return own, {language: words[place] for language, words in others.items() if words}
