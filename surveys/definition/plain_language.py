"""Is a form plain to read? Warnings for its author, who decides, and an estimate of the time it takes.

Signs after Dillman, Smyth, Christian, «Internet, Phone, Mail, and Mixed-Mode Surveys» (2014): long sentences, two
questions in one, abbreviations that are not explained.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from surveys.definition.instrument import Instrument, Item

MOST_WORDS = 25  # in a sentence
# Silent reading of Russian by adults, words a minute: mean 184, standard deviation 32 (Trauzettel-Klosinski & Dietz,
# «Standardized Assessment of Reading Performance: IReST», IOVS 53(9), 2012).
FAST, SLOW = 184 + 32, 184 - 32
# Seconds to choose or write, once the words are read: our assumption, shown as an estimate.
SECONDS = {
    "select_one": 3,
    "select_multiple": 6,
    "rank": 12,
    "integer": 6,
    "decimal": 6,
    "range": 4,
    "text": 20,
    "date": 6,
    "time": 6,
}
WORD = re.compile(r"[\w-]+")
SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[«(]?[А-ЯЁA-Z])")
ABBREVIATION = re.compile(r"\b[А-ЯЁ]{2,}[а-яё]?\b|\b[A-Z]{2,}\b")
KNOWN = {"РФ", "РСФСР", "СССР", "ЕГЭ", "ОГЭ", "ВУЗ", "СМИ", "США", "ПДД", "URL", "PDF", "QR"}
INFINITIVE = r"\w{2,}(?:ать|ять|еть|ить|ыть|уть|оть|ться|сти|зти|чь)"
ASKING = r"(?:сколько|как|какой|какая|какое|какие|каких|каким|где|куда|когда|почему|зачем|кто|что|чем|чего)"
FIRST_PERSON = r"\w{2,}(?:аю|яю|ею|ую|лю|жу|шу|чу|щу)"  # «планирую и провожу»
EXPLAINED = re.compile(r"\b([А-ЯЁ]{2,}[а-яё]?|[A-Z]{2,})\b\s*[(—–]\s*[а-яё]{3}")
TWO_ACTIONS = "два действия через «и»: похоже на два вопроса в одном"
DOUBLE = (
    (re.compile(r"\bи/или\b", re.IGNORECASE), "«и/или»: отвечающий не знает, о чём вопрос"),
    (re.compile(r",?\s+а также\s+", re.IGNORECASE), "«а также»: похоже на два вопроса в одном"),
    (re.compile(rf"\b{INFINITIVE}\s+и\s+{INFINITIVE}\b"), TWO_ACTIONS),
    (re.compile(rf"\b{FIRST_PERSON}\s+и\s+{FIRST_PERSON}\b"), TWO_ACTIONS),
    (
        re.compile(rf"\b{ASKING}\b[^.?!]*,?\s+и\s+{ASKING}\b", re.IGNORECASE),
        "два вопросительных слова через «и»: похоже на два вопроса в одном",
    ),
)


@dataclass(frozen=True)
class Remark:
    """``place`` is the code of an item, a group or «список/код»; ``text`` says what to look at."""

    place: str
    kind: str  # long, double, abbreviation
    text: str


def language_warnings(instrument: Instrument) -> list[Remark]:
    """Everything worth a second look, in form order."""
    texts = list(_texts(instrument))
    explained = _explained(" ".join(text for _, _, text in texts))
    found: list[Remark] = []
    told: set[str] = set()
    for place, asks, text in texts:
        found += [Remark(place, "long", words) for words in _long(text)]
        if asks and any(WORD.search(part) for part in text.split("?")[1:-1]):
            found.append(Remark(place, "double", f"два вопроса сразу: {_short(text)}"))
        if asks:
            found += [
                Remark(place, "double", f"{words}: {_short(text)}") for sign, words in DOUBLE if sign.search(text)
            ]
        for mark in ABBREVIATION.findall(text):
            if mark not in KNOWN | explained | told and not _shouted(text):
                told.add(mark)
                found.append(Remark(place, "abbreviation", f"сокращение «{mark}» нигде не раскрыто"))
    return found


def _texts(instrument: Instrument) -> Iterator[tuple[str, bool, str]]:
    """(place, whether it asks something, text) of every text that a respondent reads."""
    met: set[str | None] = set()
    groups = {group.name: group for group in instrument.groups}
    for item in instrument.items:
        group = groups.get(item.group or "")
        if group is not None and group.name not in met:
            met.add(group.name)
            yield from ((group.name, False, text) for text in (group.label, group.ask, group.hint) if text)
        if item.type == "calculate":
            continue
        if item.label:
            yield item.name, item.type != "note", item.label
        yield from ((item.name, False, text) for text in (item.hint, item.why, item.not_applicable) if text)
    for name, options in instrument.option_lists.items():
        yield from ((f"{name}/{option.name}", False, option.label) for option in options if option.label)


def _long(text: str) -> Iterator[str]:
    for sentence in SENTENCE.split(text):
        words = len([word for word in WORD.findall(sentence) if re.search(r"\w", word)])
        if words > MOST_WORDS:
            yield f"{words} слов в предложении, лучше не больше {MOST_WORDS}: {_short(sentence)}"


def _explained(text: str) -> set[str]:
    """Abbreviations that stand in brackets after words, or before a dash or brackets with words."""
    found = {mark for inside in re.findall(r"\w\s+\(([^()]*)\)", text) for mark in ABBREVIATION.findall(inside)}
    return found | set(EXPLAINED.findall(text))


def _shouted(text: str) -> bool:
    """A text in capitals has no abbreviations to be seen."""
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) > 10 and sum(sign.isupper() for sign in letters) > len(letters) * 0.7


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:69].rstrip()}…"


def reading_minutes(instrument: Instrument) -> tuple[int, int]:
    """Whole minutes from a quick reader who meets no conditional question to a slow one who meets all; at least 1."""
    low = _seconds(instrument, [item for item in instrument.items if not item.relevant], FAST)
    high = _seconds(instrument, instrument.items, SLOW)
    return max(1, round(low / 60)), max(1, round(high / 60))


def _seconds(instrument: Instrument, items: list[Item], speed: int) -> float:
    """A list of options is read once in a row of questions that share it."""
    words, seconds, last = 0, 0.0, ""
    groups = {group.name: group for group in instrument.groups}
    met: set[str] = set()
    for item in items:
        if item.type == "calculate":
            continue
        group = groups.get(item.group or "")
        if group is not None and group.name not in met:
            met.add(group.name)
            words += sum(len(WORD.findall(text)) for text in (group.label, group.ask, group.hint))
        words += len(WORD.findall(f"{item.label} {item.hint}"))
        options = f"{item.group} {item.options}" if item.options else last
        if item.options and options != last:
            words += sum(len(WORD.findall(option.label)) for option in instrument.options_of(item))
        last = options
        seconds += SECONDS.get(item.type, 0)
    return seconds + 60 * words / speed
