"""Official Russian from data: agreement of numerals, decimal comma, dates, non-breaking spaces.

Fixed terms are kept with all their forms, so no analyser guesses at abbreviations or surnames. The letter ё stays where
the term or the author has it; nothing is changed by machine. Source of the agreement rules: Rosental, «Справочник по
правописанию и литературной правке», sections on numerals and on verbs with counted subjects.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

NBSP = "\u00a0"
MINUS = "\u2212"
Case = Literal["nom", "gen", "dat", "acc", "ins", "pre"]
CASES: tuple[Case, ...] = ("nom", "gen", "dat", "acc", "ins", "pre")
MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()


@dataclass(frozen=True)
class Noun:
    """A noun with its six cases in both numbers, in the order of ``CASES``."""

    gender: Literal["m", "f", "n"]
    animate: bool
    singular: tuple[str, str, str, str, str, str]
    plural: tuple[str, str, str, str, str, str]


def _noun(gender: Literal["m", "f", "n"], animate: bool, singular: str, plural: str) -> Noun:
    one, many = tuple(singular.split("/")), tuple(plural.split("/"))
    return Noun(gender, animate, one, many)  # type: ignore[arg-type]


NOUNS: dict[str, Noun] = {
    "учитель": _noun(
        "m",
        True,
        "учитель/учителя/учителю/учителя/учителем/учителе",
        "учителя/учителей/учителям/учителей/учителями/учителях",
    ),
    "педагог": _noun(
        "m",
        True,
        "педагог/педагога/педагогу/педагога/педагогом/педагоге",
        "педагоги/педагогов/педагогам/педагогов/педагогами/педагогах",
    ),
    "школа": _noun("f", False, "школа/школы/школе/школу/школой/школе", "школы/школ/школам/школы/школами/школах"),
    "анкета": _noun(
        "f",
        False,
        "анкета/анкеты/анкете/анкету/анкетой/анкете",
        "анкеты/анкет/анкетам/анкеты/анкетами/анкетах",
    ),
    "блок": _noun("m", False, "блок/блока/блоку/блок/блоком/блоке", "блоки/блоков/блокам/блоки/блоками/блоках"),
    "вывод": _noun(
        "m", False, "вывод/вывода/выводу/вывод/выводом/выводе", "выводы/выводов/выводам/выводы/выводами/выводах"
    ),
    "мера": _noun("f", False, "мера/меры/мере/меру/мерой/мере", "меры/мер/мерам/меры/мерами/мерах"),
    "ответ": _noun(
        "m", False, "ответ/ответа/ответу/ответ/ответом/ответе", "ответы/ответов/ответам/ответы/ответами/ответах"
    ),
    "дефицит": _noun(
        "m",
        False,
        "дефицит/дефицита/дефициту/дефицит/дефицитом/дефиците",
        "дефициты/дефицитов/дефицитам/дефициты/дефицитами/дефицитах",
    ),
    "пункт": _noun(
        "m", False, "пункт/пункта/пункту/пункт/пунктом/пункте", "пункты/пунктов/пунктам/пункты/пунктами/пунктах"
    ),
    "показатель": _noun(
        "m",
        False,
        "показатель/показателя/показателю/показатель/показателем/показателе",
        "показатели/показателей/показателям/показатели/показателями/показателях",
    ),
    "программа": _noun(
        "f",
        False,
        "программа/программы/программе/программу/программой/программе",
        "программы/программ/программам/программы/программами/программах",
    ),
    "тема": _noun("f", False, "тема/темы/теме/тему/темой/теме", "темы/тем/темам/темы/темами/темах"),
    "место": _noun("n", False, "место/места/месту/место/местом/месте", "места/мест/местам/места/местами/местах"),
    "группа": _noun(
        "f", False, "группа/группы/группе/группу/группой/группе", "группы/групп/группам/группы/группами/группах"
    ),
    "день": _noun("m", False, "день/дня/дню/день/днём/дне", "дни/дней/дням/дни/днями/днях"),
    "утверждение": _noun(
        "n",
        False,
        "утверждение/утверждения/утверждению/утверждение/утверждением/утверждении",
        "утверждения/утверждений/утверждениям/утверждения/утверждениями/утверждениях",
    ),
}

# adjective: stem forms by gender in the singular, then the plural, in the order of CASES (accusative inanimate)
ADJECTIVES: dict[str, dict[str, tuple[str, ...]]] = {
    "системный": {
        "m": ("системный", "системного", "системному", "системный", "системным", "системном"),
        "f": ("системная", "системной", "системной", "системную", "системной", "системной"),
        "n": ("системное", "системного", "системному", "системное", "системным", "системном"),
        "plural": ("системные", "системных", "системным", "системные", "системными", "системных"),
    },
    "принятый": {
        "m": ("принятый", "принятого", "принятому", "принятый", "принятым", "принятом"),
        "f": ("принятая", "принятой", "принятой", "принятую", "принятой", "принятой"),
        "n": ("принятое", "принятого", "принятому", "принятое", "принятым", "принятом"),
        "plural": ("принятые", "принятых", "принятым", "принятые", "принятыми", "принятых"),
    },
    "рабочий": {
        "m": ("рабочий", "рабочего", "рабочему", "рабочий", "рабочим", "рабочем"),
        "f": ("рабочая", "рабочей", "рабочей", "рабочую", "рабочей", "рабочей"),
        "n": ("рабочее", "рабочего", "рабочему", "рабочее", "рабочим", "рабочем"),
        "plural": ("рабочие", "рабочих", "рабочим", "рабочие", "рабочими", "рабочих"),
    },
}

_ONE = {
    "m": ("один", "одного", "одному", "один", "одним", "одном"),
    "f": ("одна", "одной", "одной", "одну", "одной", "одной"),
    "n": ("одно", "одного", "одному", "одно", "одним", "одном"),
}
_SMALL: dict[int, tuple[str, ...]] = {
    2: ("два", "двух", "двум", "два", "двумя", "двух"),
    3: ("три", "трёх", "трём", "три", "тремя", "трёх"),
    4: ("четыре", "четырёх", "четырём", "четыре", "четырьмя", "четырёх"),
    5: ("пять", "пяти", "пяти", "пять", "пятью", "пяти"),
    6: ("шесть", "шести", "шести", "шесть", "шестью", "шести"),
    7: ("семь", "семи", "семи", "семь", "семью", "семи"),
    8: ("восемь", "восьми", "восьми", "восемь", "восемью", "восьми"),
    9: ("девять", "девяти", "девяти", "девять", "девятью", "девяти"),
    10: ("десять", "десяти", "десяти", "десять", "десятью", "десяти"),
}


def ends_in_one(number: int) -> bool:
    """1, 21, 31, 101 … but not 11 and 111: the noun and the verb stand in the singular."""
    return number % 10 == 1 and number % 100 != 11


def ends_in_few(number: int) -> bool:
    """2-4, 22-24 … but not 12-14."""
    return number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14)


def noun_form(number: int, noun: str, case: Case = "nom") -> str:
    """The form of ``noun`` after ``number`` written in digits or words, in ``case``."""
    word = NOUNS[noun]
    place = CASES.index(case)
    if ends_in_one(number):
        return word.singular[place]
    if case not in ("nom", "acc"):
        return word.plural[place]
    if case == "acc" and word.animate and 2 <= number <= 4:
        return word.plural[1]  # «двух учителей», but «двадцать два учителя»
    return word.singular[1] if ends_in_few(number) else word.plural[1]


def adjective_form(number: int, adjective: str, noun: str, case: Case = "nom") -> str:
    """The form of ``adjective`` between ``number`` and ``noun``: 1 системный, 2 системных, 2 новые школы."""
    forms, word = ADJECTIVES[adjective], NOUNS[noun]
    place = CASES.index(case)
    if ends_in_one(number):
        return forms[word.gender][1 if case == "acc" and word.animate and word.gender == "m" else place]
    if case not in ("nom", "acc"):
        return forms["plural"][place]
    if case == "acc" and word.animate and 2 <= number <= 4:
        return forms["plural"][1]
    return forms["plural"][0] if word.gender == "f" and ends_in_few(number) else forms["plural"][1]


def count(number: int, noun: str, case: Case = "nom", adjective: str = "") -> str:
    """«5 учителей», «21 учителю», «2 системных дефицита»; the number is tied to the next word."""
    middle = adjective_form(number, adjective, noun, case) + " " if adjective else ""
    return f"{integer(number)}{NBSP}{middle}{noun_form(number, noun, case)}"


def counted_words(number: int, noun: str, case: Case = "nom") -> str:
    """As ``count``, but numbers from one to ten in words: «двух школах», «одного педагога»."""
    if not 1 <= number <= 10:
        return count(number, noun, case)
    word, place = NOUNS[noun], CASES.index(case)
    if number == 1:
        numeral = _ONE[word.gender][1 if case == "acc" and word.animate and word.gender == "m" else place]
    elif number == 2 and word.gender == "f" and (case == "nom" or (case == "acc" and not word.animate)):
        numeral = "две"
    elif case == "acc" and word.animate and number <= 4:
        numeral = _SMALL[number][1]
    else:
        numeral = _SMALL[number][place]
    return f"{numeral} {noun_form(number, noun, case)}"


def part_of(number: int, total: int, noun: str) -> str:
    """«11 из 25 учителей», «1 из 21 учителя»."""
    return f"{integer(number)} из{NBSP}{count(total, noun, 'gen')}"


def verb(number: int, singular: str, plural: str) -> str:
    """The verb of a counted subject: «сообщил 21 учитель», «сообщили 11 учителей»."""
    return singular if ends_in_one(number) else plural


def participle(number: int, one: str, few: str, many: str) -> str:
    """«Принята 1 мера», «приняты 2 меры», «принято 5 мер»."""
    return one if ends_in_one(number) else few if ends_in_few(number) else many


def integer(number: int) -> str:
    """Digits; from five of them on grouped by non-breaking spaces."""
    text = f"{abs(number):,}".replace(",", NBSP) if abs(number) >= 10_000 else str(abs(number))
    return (MINUS if number < 0 else "") + text


def number_text(value: float, decimals: int = 1) -> str:
    """Decimal comma, half rounded up away from zero, a true minus sign; a rounded zero has no sign."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    whole, _, fraction = str(abs(rounded)).partition(".")
    text = integer(int(whole)) + (f",{fraction}" if fraction else "")
    return (MINUS if rounded < 0 else "") + text


def percent(value: float, decimals: int = 0) -> str:
    """«44 %» with a non-breaking space."""
    return f"{number_text(value, decimals)}{NBSP}%"


def date_long(day: date) -> str:
    """«20 июня 2020 г.», unbroken."""
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}{NBSP}г."


def date_short(day: date) -> str:
    """«20.05.2020»."""
    return day.strftime("%d.%m.%Y")


def period(first: date, last: date) -> str:
    """«с 1 по 20 июня 2020 г.»; month and year are not repeated."""
    if first == last:
        return date_long(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"с{NBSP}{first.day} по{NBSP}{date_long(last)}"
    if first.year == last.year:
        return f"с{NBSP}{first.day}{NBSP}{MONTHS[first.month - 1]} по{NBSP}{date_long(last)}"
    return f"с{NBSP}{date_long(first)} по{NBSP}{date_long(last)}"


def join(parts: Sequence[str], last: str = "и") -> str:
    """«один, два и три»."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def quote(text: str) -> str:
    """«…»; inner guillemets become „…“."""
    return "«" + text.replace("«", "„").replace("»", "“") + "»"


def items_text(numbers: Sequence[str]) -> str:
    """«п. 3.9», «пп. 3.6, 3.11», in the order of the plan; empty for none."""
    if not numbers:
        return ""
    return ("п." if len(numbers) == 1 else "пп.") + NBSP + ", ".join(in_order(numbers))


def in_order(numbers: Sequence[str]) -> list[str]:
    """Numbers of items as the plan has them: 3.8 before 3.10."""
    return sorted(numbers, key=lambda number: [int(step) for step in re.findall(r"\d+", number)])


def sentence(text: str) -> str:
    """A capital at the beginning and a full stop at the end, where they are missing."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…:;" else text + "."


_MONTH = "|".join(MONTHS)
_TIES = (
    (re.compile(r"№\s+(?=\S)"), "№" + NBSP),
    (re.compile(r"\b([Пп]{1,2}\.) +(?=\d)"), r"\1" + NBSP),
    (re.compile(r"(?<=\d) +(?=%)"), NBSP),
    (re.compile(rf"(?<=\d) +(?=(?:{_MONTH})\b)"), NBSP),
    (re.compile(r"(?<=\d) +(?=г{1,2}\.)"), NBSP),
    (re.compile(r"\bп\. ?п\."), f"п.{NBSP}п."),
    (re.compile(r"\b([А-ЯЁ]\.) ?([А-ЯЁ]\.) ?(?=[А-ЯЁ][а-яё])"), r"\1\2" + NBSP),
    (re.compile(r"(?<=[а-яё]) ([А-ЯЁ]\.) ?([А-ЯЁ]\.)(?![а-яё])"), NBSP + r"\1\2"),
    (re.compile(r" +(?=—)"), NBSP),
)


def tie(text: str) -> str:
    """Non-breaking spaces where an official document needs them: «№ 204», «п. 3.9», «20 июня», «Т.П. Золко», «44 %»."""
    for pattern, replacement in _TIES:
        text = pattern.sub(replacement, text)
    return text
