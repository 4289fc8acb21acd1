"""Rules as data: condition -> finding -> recommendation -> roadmap items; loaded from TOML, checked whole.

Conditions are in the one expression language over these names (``?`` is a code of the instrument):

    blk.?.share  blk.?.n  blk.?.n_def      teachers with a medium or high deficit in a block: percent, answered, count
    item.?.mean_adj                        mean of an item, reversed ones turned, 0-4
    agg.hidden_share  agg.form_mentor  agg.mentor_ready
    resp.rate                              percent of the population that answered
    ind.?                                  risk level of a card indicator: 'низкий', 'средний', 'высокий'
    card.?  card.warnings                  a card field in words; warnings left without explanation
    stage  cycle.year                      'входная', 'промежуточная', 'выходная'; year of the stage
    delta.block  delta.any_block           change of M in the same persons: this block, the worst block
    own.?.level  own.block.level           the teacher's own level, only in rules about single persons

Texts take the same names in braces, and blk.?.reported («сообщили 11 из 25 учителей (44 %)»), blk.?.weak_items,
blk.?.title, delta.title, delta.titles, own.level, own.genitive. A part in square brackets is left out where one of its
figures is unknown. ``coverage`` may name value.?, the value of a card indicator in percent.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

from surveys.definition.checks import Finding, as_problem, check_approval
from surveys.definition.checks import Path as Place
from surveys.definition.instrument import PACKAGED, Approval, Instrument, Part, read_toml
from surveys.definition.partial import read_partly, without_followers
from surveys.errors import DefinitionError, ExpressionError, Problem
from surveys.expressions.syntax import parse
from surveys.findings.thresholds import Thresholds

Source = Literal["questionnaire", "card", "dynamics"]
Control = Literal["school", "district", "outside"]
CONTROL_WEIGHT: dict[Control, int] = {"school": 3, "district": 2, "outside": 1}
TEXT_FIELDS = ("finding", "recommendation", "planned_result", "measure_of_success")

_FIXED = {
    "agg.hidden_share",
    "agg.form_mentor",
    "agg.mentor_ready",
    "resp.rate",
    "card.warnings",
    "stage",
    "cycle.year",
    "delta.block",
    "delta.any_block",
}
_TEXT_ONLY = {"delta.title", "delta.titles", "own.level", "own.genitive"}
_BLOCK = re.compile(r"blk\.(\w+)\.(share|n|n_def)")
_BLOCK_TEXT = re.compile(r"blk\.(\w+)\.(reported|weak_items|title)")
_OWN = re.compile(r"own\.(\w+)\.level")
_VALUE = re.compile(r"value\.(\w+)")
_ITEM = re.compile(r"item\.(\w+)\.mean_adj")
_INDICATOR = re.compile(r"ind\.(\w+)")
_CARD = re.compile(r"card\.(\w+)")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Rule(Part):
    """One rule. ``coverage`` names the percent of people concerned; ``topic`` joins rules whose sources agree."""

    id: str
    source: Source
    when: str
    finding: str
    recommendation: str
    roadmap_items: list[str]
    order_obligations: list[str] = []
    responsible: str
    deadline: str
    planned_result: str
    measure_of_success: str
    control: Control = "school"
    individual: bool = False  # acts only in the teacher's own profile
    repeat: Literal["", "block"] = ""  # once for every block that fits
    coverage: str = ""
    topic: str = ""

    def names(self) -> frozenset[str]:
        """Names that the condition reads."""
        return frozenset(parse(self.when).names)

    def placeholders(self) -> list[tuple[str, str]]:
        """Pairs of text field and name in braces, in the order of the texts."""
        return [(field, name) for field in TEXT_FIELDS for name in _PLACEHOLDER.findall(str(getattr(self, field)))]


class Catalogue(Part):
    """One version of the rules. Thresholds are proposals until ``thresholds`` says who approved them."""

    code: str
    title: str
    version: str = "1"
    high_share: float = 50.0  # a block's share from which its level is high; under it medium
    thresholds: Approval = Approval()
    marks: Thresholds = Thresholds()  # from what figure on a document says «системный», «общий», «изменилось»
    plural: dict[str, str] = {}  # «Руководитель ОУ» -> «Руководители ОУ», for the municipality
    rules: list[Rule]

    def rule(self, code: str) -> Rule:
        """The rule called ``code``; KeyError where there is none."""
        for rule in self.rules:
            if rule.id == code:
                return rule
        raise KeyError(code)

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no blanks, defaults left out; equal catalogues give equal text."""
        body = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def sha256(self) -> str:
        """Hash of the canonical JSON, hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def load_rules(
    version: int = 1,
    *,
    instrument: Instrument | None = None,
    card: Instrument | None = None,
    roadmap_numbers: Collection[str] | None = None,
) -> Catalogue:
    """The packaged catalogue ``rules_v<version>.toml``."""
    path = PACKAGED / f"rules_v{version}.toml"
    return read_rules(path, instrument=instrument, card=card, roadmap_numbers=roadmap_numbers)


def read_rules(
    path: Path,
    *,
    instrument: Instrument | None = None,
    card: Instrument | None = None,
    roadmap_numbers: Collection[str] | None = None,
) -> Catalogue:
    """Read one TOML catalogue.

    Raises:
        DefinitionError: every problem found, each with its place.
    """
    body = read_toml(path)
    return rules_from_dict(body, path.name, instrument=instrument, card=card, roadmap_numbers=roadmap_numbers)


def rules_from_dict(
    body: object,
    source: str = "",
    *,
    instrument: Instrument | None = None,
    card: Instrument | None = None,
    roadmap_numbers: Collection[str] | None = None,
) -> Catalogue:
    """Check ``body`` whole and build the catalogue.

    Codes of blocks and items are checked against ``instrument``, of indicators and fields against ``card``, numbers of
    roadmap items against ``roadmap_numbers``, each where it is given.

    Raises:
        DefinitionError: every problem found, each with its place.
    """
    catalogue, faults = read_partly(Catalogue, body)
    problems = [as_problem(fault) for fault in faults]
    if catalogue is not None:
        unread = {place for place, _ in faults}
        found = _findings(catalogue, instrument, card, roadmap_numbers)
        for finding in without_followers(found, unread, basis=("individual",)):
            problems.append(_named(finding, catalogue, unread))
    if problems or catalogue is None:
        raise DefinitionError(problems, source)
    return catalogue


def _named(finding: Finding, catalogue: Catalogue, unread: set[Place]) -> Problem:
    """«правило Q-SUB-S, when»; by its number where the code did not read."""
    path, text = finding
    if path[0] != "rules" or ("rules", path[1], "id") in unread:
        return as_problem(finding)
    return Problem(", ".join((f"правило {catalogue.rules[int(path[1])].id}", *map(str, path[2:]))), text)


def _findings(
    catalogue: Catalogue, instrument: Instrument | None, card: Instrument | None, numbers: Collection[str] | None
) -> Iterator[Finding]:
    """Everything that types alone do not catch."""
    seen: set[str] = set()
    for place, rule in enumerate(catalogue.rules):
        if rule.id in seen:
            yield ("rules", place), "код правила повторяется"
        seen.add(rule.id)
        for field, text in _rule_problems(rule, instrument, card):
            yield ("rules", place, field), text
        if not rule.roadmap_items and not rule.individual:
            yield ("rules", place, "roadmap_items"), "не назван ни один пункт дорожной карты"
        for number in rule.roadmap_items:
            if numbers is not None and number not in numbers:
                yield ("rules", place, "roadmap_items"), f"в дорожной карте нет пункта {number}"
    yield from check_approval(catalogue.thresholds)


def _rule_problems(rule: Rule, instrument: Instrument | None, card: Instrument | None) -> Iterator[tuple[str, str]]:
    yield from _condition_problems(rule, instrument, card)
    if rule.coverage and (reason := _unknown(rule.coverage, instrument, card)):
        yield "coverage", reason
    for field, name in rule.placeholders():
        found = _BLOCK_TEXT.fullmatch(name)
        reason = _unknown_scale(found[1], name, instrument) if found else _unknown(name, instrument, card)
        if reason and name not in _TEXT_ONLY:
            yield field, reason
    for field in TEXT_FIELDS:
        text = str(getattr(rule, field))
        if text.count("[") != text.count("]") or text.count("{") != text.count("}"):
            yield field, "скобки не закрыты"


def _condition_problems(
    rule: Rule, instrument: Instrument | None, card: Instrument | None
) -> Iterator[tuple[str, str]]:
    try:
        names = rule.names()
    except ExpressionError as error:
        yield "when", f"условие не разбирается: {'; '.join(str(problem) for problem in error.problems)}"
        return
    for name in sorted(names):
        if reason := _unknown(name, instrument, card):
            yield "when", reason
        elif name.startswith("own.") != rule.individual:
            yield "when", f"{name}: ответы одного человека читают только правила с отметкой individual"


def _unknown(name: str, instrument: Instrument | None, card: Instrument | None) -> str:
    """Why ``name`` cannot be read; empty where it can."""
    if name in _FIXED:
        return ""
    if found := (_BLOCK.fullmatch(name) or _OWN.fullmatch(name)):
        return "" if name == "own.block.level" else _unknown_scale(found[1], name, instrument)
    if found := _ITEM.fullmatch(name):
        known = instrument is None or any(item.name == found[1] for item in instrument.items)
        return "" if known else f"{name}: в анкете нет пункта {found[1]}"
    if found := (_INDICATOR.fullmatch(name) or _VALUE.fullmatch(name)):
        known = card is None or any(indicator.code == found[1] for indicator in card.indicators)
        return "" if known else f"{name}: в карте нет показателя {found[1]}"
    if found := _CARD.fullmatch(name):
        known = card is None or any(item.name == found[1] for item in card.items)
        return "" if known else f"{name}: в карте нет поля {found[1]}"
    return f"неизвестное имя «{name}»"


def _unknown_scale(scale: str, name: str, instrument: Instrument | None) -> str:
    known = instrument is None or any(one.name == scale for one in instrument.scales)
    return "" if known else f"{name}: в анкете нет блока {scale}"
