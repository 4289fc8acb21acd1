"""What differs between two versions of a form, by code, in Russian; each change with what it does to comparability.

``nature`` of a change: «meaning» - answers cannot be compared whatever anybody says (another type, other codes);
«judged» - the author says whether it is a typing mistake or a changed meaning; «form» - answers are not touched.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from surveys.definition.instrument import Instrument, Item, Option, Part
from surveys.findings.rules import Catalogue

Kind = Literal["added", "removed", "changed"]
Nature = Literal["meaning", "judged", "form"]
Fields = Mapping[str, tuple[str, Nature]]
ORDER: tuple[Nature, ...] = ("meaning", "judged", "form")

ITEM_FIELDS: Fields = {
    "type": ("тип", "meaning"),
    "options": ("список вариантов", "form"),  # what is in the lists is compared beside it
    "or_other": ("вариант «другое»", "meaning"),
    "scale": ("шкала", "meaning"),
    "reverse": ("обратный пункт", "meaning"),
    "need_of": ("о каком пункте спрашивает", "meaning"),
    "parameters": ("параметры", "meaning"),
    "label": ("текст", "judged"),
    "hint": ("подсказка", "judged"),
    "unit": ("единица", "judged"),
    "relevant": ("условие показа", "judged"),
    "constraint": ("проверка ответа", "judged"),
    "calculation": ("формула", "judged"),
    "choice_filter": ("отбор вариантов", "judged"),
    "not_applicable": ("ответ «не относится»", "judged"),
    "translations": ("перевод", "judged"),
    "required": ("обязательность", "form"),
    "required_when": ("условие обязательности", "form"),
    "constraint_message": ("сообщение об ошибке", "form"),
    "default": ("значение по умолчанию", "form"),
    "appearance": ("вид", "form"),
    "group": ("раздел", "form"),
    "code": ("печатный номер", "form"),
    "why": ("зачем спрашиваем", "form"),
    "prefill": ("откуда подставляется", "form"),
    "folded": ("свёрнут", "form"),
    "no_data": ("отметка «нет данных»", "form"),
    "heading": ("подзаголовок", "form"),
    "sensitive": ("малые группы детей", "form"),
}
GROUP_FIELDS: Fields = {
    "label": ("название", "form"),
    "ask": ("вопрос над утверждениями", "judged"),
    "hint": ("пояснение", "judged"),
    "relevant": ("условие показа", "judged"),
    "appearance": ("вид", "form"),
    "parent": ("внешний раздел", "form"),
    "translations": ("перевод", "judged"),
}
OPTION_FIELDS: Fields = {
    "label": ("текст", "judged"),
    "translations": ("перевод", "judged"),
    "columns": ("отбор", "form"),
}
SCALE_FIELDS: Fields = {
    "label": ("название", "form"),
    "short": ("краткое название", "form"),
    "genitive": ("название в родительном падеже", "form"),
    "description": ("пояснение", "form"),
    "min_answered": ("доля ответов для расчёта", "meaning"),
}
LEVEL_FIELDS: Fields = {"label": ("название", "form"), "at_least": ("порог", "meaning")}
CHECK_FIELDS: Fields = {
    "expression": ("условие", "form"),
    "severity": ("ошибка или предупреждение", "form"),
    "text": ("текст", "form"),
    "fields": ("поля", "form"),
}
INDICATOR_FIELDS: Fields = {
    "name": ("имя", "form"),
    "label": ("название", "form"),
    "expression": ("формула", "judged"),
    "unit": ("единица", "judged"),
    "better": ("что лучше", "meaning"),
    "low": ("порог низкого риска", "meaning"),
    "medium": ("порог среднего риска", "meaning"),
    "no_resource": ("условие «ресурса нет»", "judged"),
    "no_resource_text": ("слова «ресурса нет»", "form"),
    "context": ("показатель условий", "form"),
    "decimals": ("знаков после запятой", "form"),
    "numerator": ("числитель", "form"),
    "denominator": ("знаменатель", "form"),
    "people": ("доля людей", "form"),
}
QUALITY_FIELDS: Fields = {
    "kind": ("вид", "form"),
    "items": ("пункты", "form"),
    "threshold": ("порог", "form"),
    "soft": ("мягкий порог", "form"),
    "text": ("текст", "form"),
}
FORM_FIELDS = {"title": "название", "minutes": "время заполнения", "kind": "вид формы", "languages": "языки"}
RULE_FIELDS = {
    "source": "источник",
    "when": "условие",
    "finding": "вывод",
    "recommendation": "рекомендация",
    "roadmap_items": "пункты дорожной карты",
    "order_obligations": "обязанности по приказу",
    "responsible": "ответственный",
    "deadline": "срок",
    "planned_result": "планируемый результат",
    "measure_of_success": "мера успеха",
    "control": "кто решает",
    "individual": "только в профиле учителя",
    "repeat": "для каждого блока",
    "coverage": "доля людей",
    "topic": "тема",
}
PARTS = {
    "item": "Пункт",
    "option": "Вариант",
    "group": "Раздел",
    "scale": "Шкала",
    "level": "Уровень",
    "check": "Проверка",
    "indicator": "Показатель",
    "quality": "Признак небрежности",
    "form": "Форма",
    "rule": "Правило",
    "catalogue": "Каталог",
}


@dataclass(frozen=True)
class Detail:
    """One field: its name in Russian, what it was and what it is; blank words for nothing."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """One thing of the form, by its code. An option's code is «list/code»."""

    part: str
    code: str
    kind: Kind
    nature: Nature
    label: str
    details: tuple[Detail, ...] = ()

    @property
    def title(self) -> str:
        """«Пункт MET03»."""
        return f"{PARTS[self.part]} {self.code}".strip()

    @property
    def key(self) -> str:
        """What a mark is kept by: it goes when the same thing is changed otherwise."""
        content = repr((self.part, self.code, self.kind, self.details))
        return f"{self.part}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def compare_instruments(old: Instrument, new: Instrument) -> list[Change]:
    """Every difference, in the order of the form; empty for equal forms (the version number aside)."""
    found = [*_compare_form(old, new), *_compare_items(old, new), *_compare_options(old, new)]
    parts: tuple[tuple[str, Sequence[Any], Sequence[Any], str, Fields], ...] = (
        ("group", old.groups, new.groups, "name", GROUP_FIELDS),
        ("scale", old.scales, new.scales, "name", SCALE_FIELDS),
        ("level", old.levels, new.levels, "code", LEVEL_FIELDS),
        ("check", old.checks, new.checks, "code", CHECK_FIELDS),
        ("indicator", old.indicators, new.indicators, "code", INDICATOR_FIELDS),
        ("quality", old.quality, new.quality, "code", QUALITY_FIELDS),
    )
    for part, before, after, key, fields in parts:
        found += _compare(
            part, {getattr(one, key): one for one in before}, {getattr(one, key): one for one in after}, fields
        )
    return found


def compare_catalogues(old: Catalogue, new: Catalogue) -> list[Change]:
    """Differences of two catalogues of rules; they touch no answers."""
    details = []
    for name, words in (
        ("title", "название"),
        ("high_share", "доля высокого уровня, %"),
        ("plural", "множественное число"),
        ("marks", "граница"),
    ):
        details += _detail(words, getattr(old, name), getattr(new, name))
    found = [Change("catalogue", "", "changed", "form", new.title, tuple(details))] if details else []
    fields: Fields = {name: (words, "form") for name, words in RULE_FIELDS.items()}
    before, after = ({rule.id: rule for rule in one.rules} for one in (old, new))
    return found + _compare("rule", before, after, fields)


def _compare_form(old: Instrument, new: Instrument) -> Iterator[Change]:
    details = [
        part for name, words in FORM_FIELDS.items() for part in _detail(words, getattr(old, name), getattr(new, name))
    ]
    names, before = {item.name for item in new.items}, {item.name for item in old.items}
    stayed = [item.name for item in old.items if item.name in names]
    if stayed != [item.name for item in new.items if item.name in before]:
        details.append(Detail("порядок пунктов", "", "изменён"))
    if details:
        yield Change("form", "", "changed", "form", new.title, tuple(details))


def _compare_items(old: Instrument, new: Instrument) -> list[Change]:
    def relisted(before: Item, after: Item) -> Nature:
        """What another list means for the answers: the codes and words in it, not its name."""
        if before.options == after.options:
            return "form"
        one, other = (
            {option.name: option.label for option in form.options_of(item)}
            for form, item in ((old, before), (new, after))
        )
        return "meaning" if one.keys() != other.keys() else "form" if one == other else "judged"

    return _compare(
        "item", {item.name: item for item in old.items}, {item.name: item for item in new.items}, ITEM_FIELDS, relisted
    )


def _compare_options(old: Instrument, new: Instrument) -> list[Change]:
    """Options of the lists that both versions have; lists that came or went are told by their items."""
    found: list[Change] = []
    for name in old.option_lists.keys() & new.option_lists.keys():
        before, after = ({f"{name}/{option.name}": option for option in form.option_lists[name]} for form in (old, new))
        found += _compare("option", before, after, OPTION_FIELDS)
    places = {name: place for place, name in enumerate(new.option_lists)}
    return sorted(found, key=lambda change: places[change.code.partition("/")[0]])


def _compare(
    part: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    fields: Fields,
    judge: Callable[[Any, Any], Nature] | None = None,
) -> list[Change]:
    found = []
    for code in [*new, *(code for code in old if code not in new)]:
        before, after = old.get(code), new.get(code)
        if before is None or after is None:
            one: Any = after if before is None else before
            found.append(Change(part, code, "added" if before is None else "removed", _whole(part), _label(one)))
            continue
        details: list[Detail] = []
        natures: list[Nature] = []
        for name, (words, nature) in fields.items():
            told = _detail(words, getattr(before, name), getattr(after, name))
            details += told
            natures += [nature for _ in told]
        if details:
            natures += [judge(before, after)] if judge else []
            found.append(Change(part, code, "changed", min(natures, key=ORDER.index), _label(after), tuple(details)))
    return found


def _whole(part: str) -> Nature:
    """A thing that came or went: with items, options and bands the answers cannot be the same."""
    return "meaning" if part in ("item", "option", "scale", "level", "indicator") else "form"


def _label(one: Part | Option) -> str:
    return str(getattr(one, "label", "") or getattr(one, "text", "") or getattr(one, "finding", ""))


def _detail(words: str, old: Any, new: Any) -> list[Detail]:
    if old == new:
        return []
    if isinstance(old, Part) and isinstance(new, Part):
        old, new = old.model_dump(), new.model_dump()
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [
            part
            for key in dict.fromkeys((*old, *new))
            for part in _detail(f"{words}, {key}", old.get(key, ""), new.get(key, ""))
        ]
    return [Detail(words, printed(old), printed(new))]


def printed(value: Any) -> str:
    """A value of a definition in words."""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}".replace(".", ",")
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {printed(part)}" for key, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str) else str(value)
