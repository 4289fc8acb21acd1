"""Perception beside fact: topics in which the card finds nothing to mend and most of the teachers report difficulty.

Rules of the card and of the questionnaire meet by their topic; which questions those are is data, not code.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.definition.instrument import Instrument
from surveys.disclosure.released import Released
from surveys.expressions.syntax import parse, verdict
from surveys.findings.facts import Reading, card_facts, group_facts
from surveys.findings.rules import Catalogue, Rule
from surveys.russian import tie

MOST = 50.0  # percent of teachers


@dataclass(frozen=True)
class Perception:
    """One topic: what the card says, what the teachers reported."""

    topic: str
    title: str
    card: str
    teachers: str


def perceptions(
    released: Released,
    group_code: str,
    rules: Catalogue,
    instrument: Instrument,
    card: Instrument,
    *,
    card_values: Mapping[str, str | float],
    indicator_levels: Mapping[str, Reading],
) -> list[Perception]:
    """Topics where card and teachers disagree, in the rules' order; a figure not released gives no topic."""
    asked = group_facts(released, released.group(group_code), instrument)
    known = card_facts(card_values, indicator_levels)
    found: dict[str, Perception] = {}
    for scale in instrument.scales:
        share = asked.get(f"blk.{scale.name}.share")
        if share is None or not isinstance(share.low, int | float) or share.low <= MOST:
            continue
        for topic in _topics(rules, scale.name):
            own = [rule for rule in rules.rules if rule.source == "card" and rule.topic == topic]
            if topic in found or not own or not all(_says_no(rule, known) for rule in own):
                continue
            words = asked.get(f"blk.{scale.name}.reported")
            found[topic] = Perception(
                topic,
                scale.label,
                tie("По карте всё в порядке: " + "; ".join(_card_words(own, known, card)) + "."),
                tie(f"О затруднениях в области {scale.genitive or scale.label} {words.printed if words else ''}."),
            )
    return list(found.values())


def _topics(rules: Catalogue, scale: str) -> list[str]:
    """Topics of the questionnaire's rules that read this block."""
    prefix = f"blk.{scale}."
    reading = (rule for rule in rules.rules if rule.source == "questionnaire" and rule.topic)
    return list(dict.fromkeys(one.topic for one in reading if any(n.startswith(prefix) for n in one.names())))


def _says_no(rule: Rule, known: Mapping[str, object]) -> bool:
    """A rule of the card that is known not to fire: «н/д» proves nothing."""
    facts = {name: getattr(fact, "low", None) for name, fact in known.items()}
    return verdict(parse(rule.when), facts.get) is False


def _card_words(rules: list[Rule], known: Mapping[str, object], card: Instrument) -> list[str]:
    labels = {f"ind.{one.code}": one.label for one in card.indicators}
    labels |= {f"card.{item.name}": item.label for item in card.items}
    names = dict.fromkeys(name for rule in rules for name in sorted(rule.names()))
    return [f"{labels[n]} — {getattr(known[n], 'printed', '')}" for n in names if n in known and n in labels]
