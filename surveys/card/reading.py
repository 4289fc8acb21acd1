"""How a card is read: each indicator with its risk band in words, beside the district and the last card.

Missing never reads as low risk: «н/д» has no band. A resource that is missing altogether is said in words. A share of
few persons is printed «k из n». Schools are never ranked and indicators never added up.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from surveys.card.checks import RiskLevel, evaluate_indicator, evaluate_indicators
from surveys.card.filling import Field
from surveys.definition.instrument import Indicator, Instrument, Item
from surveys.expressions.evaluation import to_number
from surveys.expressions.syntax import Value, evaluate, parse
from surveys.findings.facts import Reading
from surveys.russian import NBSP, integer, number_text

RISK_WORDS: dict[RiskLevel, Literal["низкий", "средний", "высокий"]] = {
    "low": "низкий",
    "medium": "средний",
    "high": "высокий",
}
NO_FIGURE = "н/д"
FEW = 10  # participants under which a share of persons is printed «k из n»
_NAME = re.compile(r"\$\{(\w+)\}")
SMALL = 5  # children: 1-4 leave the school and the department only as «менее 5»
INCOMPARABLE = "несопоставимо"  # the last card asked or reckoned otherwise
FEWEST_SCHOOLS = 3  # a median of fewer schools would show a neighbour's figure
FIGURE_WITHHELD = "не приводится (малая группа)"


@dataclass(frozen=True)
class Line:
    """One indicator of one school. ``reading`` is ready for a page; its value is unrounded."""

    indicator: Indicator
    level: RiskLevel | None
    reading: Reading
    better: bool | None = None  # whether the change is for the better; None where there is none

    @property
    def value(self) -> float | None:
        return self.reading.value

    @property
    def printed(self) -> str:
        return self.reading.printed

    @property
    def median(self) -> str:
        """Of the district's schools; empty where too few of them have a figure."""
        return self.reading.median

    @property
    def change(self) -> str:
        """Since the last card: «+3,1»; empty where there is nothing to compare."""
        return self.reading.change

    @property
    def risk(self) -> str:
        """«низкий», «средний», «высокий», or «н/д»."""
        return self.reading.level or NO_FIGURE


def read_card(
    instrument: Instrument,
    values: Mapping[str, Value],
    *,
    others: Sequence[Mapping[str, Value]] = (),
    before: Mapping[str, Value] | None = None,
    incomparable: Collection[str] = (),
    masked: bool = False,
) -> list[Line]:
    """Indicators of a card in the instrument's order.

    Args:
        others: values of every signed card of the district in the same cycle, this one included: for the median.
        before: values of the school's last card: for the change.
        incomparable: codes of indicators that the last card reckoned otherwise or from changed questions.
        masked: for a document that leaves the school and the department; see ``withheld``.
    """
    figures = [evaluate_indicators(instrument, one) for one in others]
    lines = []
    for indicator in instrument.indicators:
        value, level = evaluate_indicator(indicator, values)
        hide = masked and withheld(instrument, indicator, values)
        middle = _median(instrument, indicator, others, figures)
        if before is not None and indicator.code in incomparable:
            change, better = INCOMPARABLE, None
        else:
            change, better = ("", None) if hide else _change(indicator, value, before)
        reading = Reading(
            code=indicator.code,
            level=RISK_WORDS[level] if level else None,
            printed=FIGURE_WITHHELD if hide else print_indicator(indicator, values, value, level),
            value=None if hide else value,
            median=middle,
            change=change,
            context=indicator.context,
            few=_few(indicator, values) and not hide,
        )
        if reading.value is not None and not reading.few:
            reading = reading.model_copy(update={"of": _part_of(indicator, values)})
        lines.append(Line(indicator, level, reading, better))
    return lines


def _median(
    instrument: Instrument,
    indicator: Indicator,
    others: Sequence[Mapping[str, Value]],
    figures: Sequence[Mapping[str, tuple[float | None, RiskLevel | None]]],
) -> str:
    """The district's median in words; empty for too few schools, or where it would be a school's small group itself."""
    known = sorted(
        (value, withheld(instrument, indicator, values))
        for values, figure in zip(others, figures, strict=True)
        if (value := figure[indicator.name][0]) is not None
    )
    middle = known[(len(known) - 1) // 2 : len(known) // 2 + 1]
    if len(known) < FEWEST_SCHOOLS or any(small for _value, small in middle):
        return ""
    return figure_text(indicator, median(value for value, _small in middle))


def readings(instrument: Instrument, values: Mapping[str, Value], *, masked: bool = False) -> dict[str, Reading]:
    """Indicator code -> reading, as rules take them."""
    return {line.indicator.code: line.reading for line in read_card(instrument, values, masked=masked)}


def rule_values(instrument: Instrument, values: Mapping[str, Value], warnings: int) -> dict[str, str | float]:
    """The card as rules read it: numbers, chosen words in lower case; fields without data left out.

    Args:
        warnings: how many warnings stand without explanation.
    """
    found: dict[str, str | float] = {"warnings": float(warnings)}
    for item in instrument.items:
        value = values.get(item.name)
        if isinstance(value, bool) or value is None or value == "" or value == []:
            continue
        if isinstance(value, int | float):
            found[item.name] = float(value)
        elif isinstance(value, list):
            found[item.name] = ", ".join(value).lower()
        else:
            found[item.name] = value.lower()
    return found


def print_indicator(
    indicator: Indicator, values: Mapping[str, Value], value: float | None, level: RiskLevel | None
) -> str:
    """The figure in words: «59,3 %», «2 из 7», «ставки педагога-психолога нет», «н/д»."""
    if value is None:
        return indicator.no_resource_text if level else NO_FIGURE
    return _part_of(indicator, values) if _few(indicator, values) else figure_text(indicator, value)


def _part_of(indicator: Indicator, values: Mapping[str, Value]) -> str:
    """What a share was reckoned from: «10 из 30»; empty for an indicator that is no share."""
    if not indicator.numerator:
        return ""
    part, whole = (_figure(text, values) for text in (indicator.numerator, indicator.denominator))
    if part is None or whole is None:
        return ""
    return f"{_counted(part)} из{NBSP}{_counted(whole)}"


def _few(indicator: Indicator, values: Mapping[str, Value]) -> bool:
    """Whether a share of persons has so few of them that a percent would say too much."""
    whole = _figure(indicator.denominator, values) if indicator.people and indicator.numerator else None
    return whole is not None and whole < FEW


def _counted(number: float) -> str:
    """«690», «17,5»: hours may be halves."""
    return integer(int(number)) if number == int(number) else number_text(number, 1)


def figure_text(indicator: Indicator, value: float) -> str:
    """A value with its unit: «59,3 %»."""
    return number_text(value, indicator.decimals) + (NBSP + indicator.unit if indicator.unit else "")


def formula_words(instrument: Instrument, indicator: Indicator) -> str:
    """How the figure comes of the card's fields, by their printed numbers: «100 × (3.10 + 3.11) / 3.01»."""
    source = indicator.expression
    if indicator.numerator and indicator.denominator:
        parts = (f"({text})" if " " in text else text for text in (indicator.numerator, indicator.denominator))
        source = "100 * " + " div ".join(parts)
    source = _NAME.sub(lambda found: instrument.item(found[1]).code or found[1], source)
    return source.replace(" div ", f" /{NBSP}").replace(" * ", f" ×{NBSP}")


def bands_words(indicator: Indicator) -> str:
    """«низкий от 95, средний от 85», «низкий до 40, средний до 65»."""
    side = "от" if indicator.better == "high" else "до"
    low, medium = (decimal_comma(f"{bound:g}") for bound in (indicator.low, indicator.medium))
    return f"низкий {side}{NBSP}{low}, средний {side}{NBSP}{medium}"


def withheld(instrument: Instrument, indicator: Indicator, values: Mapping[str, Value]) -> bool:
    """Whether the figure would give away a count of 1-4 children of a sensitive group."""
    read = parse(indicator.numerator or indicator.expression).names
    return any(instrument.item(name).sensitive and is_small(values.get(name)) for name in read)


def is_small(value: Value) -> bool:
    """A count of 1-4."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < SMALL


def print_field(instrument: Instrument, item: Item, one: Field | None, *, masked: bool = False) -> str:
    """A field in words; a blank is empty. ``masked``: for a document that leaves the school and the department."""
    if one is None:
        return ""
    if one.state == "no_data":
        return f"нет данных ({one.explanation})" if one.explanation else "нет данных"
    if isinstance(one.value, list) or item.options:
        labels = {option.name: option.label for option in instrument.options_of(item)}
        chosen = one.value if isinstance(one.value, list) else [one.value]
        return ", ".join(labels.get(code, code) for code in chosen)
    if item.type not in ("integer", "decimal"):
        special = item.parameters.get("special")
        return item.parameters.get("special_label", one.value) if special and one.value == special else one.value
    number = to_number(one.value)
    if number is None:
        return one.value
    if masked and item.sensitive and is_small(number):
        return f"менее {SMALL}"
    return decimal_comma(one.value)


def decimal_comma(text: str) -> str:
    """«1.5» as «1,5»; digits are kept as they were given."""
    return re.sub(r"^(-?\d*)\.(\d+)$", r"\1,\2", text)


def _figure(expression: str, values: Mapping[str, Value]) -> float | None:
    def lookup(name: str) -> Value:
        value = values.get(name)
        return None if value in ("", []) else value

    return to_number(evaluate(parse(expression), lookup))


def _change(indicator: Indicator, value: float | None, before: Mapping[str, Value] | None) -> tuple[str, bool | None]:
    if value is None or before is None:
        return "", None
    past, _ = evaluate_indicator(indicator, before)
    if past is None:
        return "", None
    text = number_text(value - past, indicator.decimals)
    if not text.strip("0,"):
        return text, None
    return (text if text[0] == "−" else f"+{text}"), (value > past) == (indicator.better == "high")
