"""Released figures and card indicators -> findings -> recommendations -> roadmap items, ranked; rules are data.

A finding keeps every figure it rests on, with n, table, row and condition, so that a measure can be walked back. Where
the gate gave only a bound («не менее 21 из 25»), the finding stands when the bound already proves the condition.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from surveys.definition.instrument import Instrument
from surveys.disclosure.released import GroupFigures, LevelCode, Released
from surveys.expressions.piping import readable
from surveys.expressions.syntax import Value, parse, truth
from surveys.findings.facts import Fact, Kept, Number, Reading, card_facts, exact, group_facts, text_fact
from surveys.findings.rules import CONTROL_WEIGHT, Catalogue, Rule
from surveys.printing import FOR_REFERENCE, LEVEL_WORDS
from surveys.russian import number_text, quote, tie

Level = Literal["high", "medium"]
LEVEL_WEIGHT: dict[Level, int] = {"high": 3, "medium": 2}
TWO_SOURCES = 2  # added to the priority where questionnaire and card agree
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


class Finding(Kept):
    """What a rule found in one group, in the words of a document."""

    id: str
    rule: str
    scope: str
    scope_label: str
    finding: str
    recommendation: str
    roadmap_items: list[str]
    order_obligations: list[str]
    responsible: str
    deadline: str
    planned_result: str
    measure_of_success: str
    priority: float
    level: Level
    source: str
    single_source: bool
    condition: str
    numbers: list[Number]


class Suggestion(Kept):
    """Help offered to one teacher in the own profile."""

    rule: str
    scale: str
    level: Level
    finding: str
    recommendation: str
    roadmap_items: list[str]
    responsible: str
    deadline: str


class Measure(Kept):
    """Findings that ask the same person for steps under the same roadmap item."""

    roadmap_items: list[str]
    responsible: str
    priority: float
    findings: list[Finding]


def find(
    released: Released,
    group_code: str,
    rules: Catalogue,
    instrument: Instrument,
    *,
    card_values: Mapping[str, str | float] | None = None,
    indicator_levels: Mapping[str, Reading] | None = None,
    stage: str = "входная",
    year: int = 2020,
) -> list[Finding]:
    """Findings about one group, the most pressing first.

    Args:
        card_values: the school's card, field -> number or the chosen words in lower case («проект», «да»); fields
            without data left out; ``warnings`` is the number of warnings without explanation.
        indicator_levels: indicator code -> reading.
        stage: «входная», «промежуточная» or «выходная».
    """
    instrument = readable(instrument)
    group = released.group(group_code)
    known = group_facts(released, group, instrument)
    known.update(card_facts(card_values or {}, indicator_levels or {}))
    known["stage"] = text_fact("stage", stage)
    known["cycle.year"] = exact("cycle.year", float(year), str(year))
    municipal = group.code == released.municipality.code
    fired: list[tuple[Rule, dict[str, Fact], str]] = []
    for rule in rules.rules:
        if rule.individual or (_too_few(group) and _reads_answers(rule)):
            continue
        for names, suffix in _repeats(rule, known, released, group, instrument):
            if _proven(rule, names):
                fired.append((rule, names, suffix))
    confirmed = _confirmed_topics([rule for rule, _, _ in fired])
    findings = [_finding(rule, names, suffix, group, rules, municipal, confirmed) for rule, names, suffix in fired]
    return sorted(findings, key=lambda finding: -finding.priority)


def individual_findings(
    levels: Mapping[str, LevelCode | None], rules: Catalogue, instrument: Instrument
) -> list[Suggestion]:
    """Help for one teacher: own blocks of a high or medium level, the highest first; nobody else's figures are read.

    Args:
        levels: scale name -> the teacher's own level; None where the block was not scored.
    """
    found: list[Suggestion] = []
    personal = [rule for rule in rules.rules if rule.individual]
    named = {name.split(".")[1] for rule in personal if not rule.repeat for name in rule.names()}
    for scale in instrument.scales:
        level = levels.get(scale.name)
        if level not in ("high", "medium"):
            continue
        word = LEVEL_WORDS[level]
        known = {f"own.{scale.name}.level": text_fact("own", word), "own.block.level": text_fact("own", word)}
        known["own.level"] = text_fact("own.level", word)
        known["own.genitive"] = text_fact("own.genitive", scale.genitive or quote(scale.label))
        for rule in personal:
            own_rule = f"own.{scale.name}.level" in rule.names()
            if (own_rule or (rule.repeat and scale.name not in named)) and _proven(rule, known):
                found.append(
                    Suggestion(
                        rule=rule.id,
                        scale=scale.name,
                        level="high" if level == "high" else "medium",
                        finding=fill(rule.finding, known),
                        recommendation=fill(rule.recommendation, known),
                        roadmap_items=rule.roadmap_items,
                        responsible=rule.responsible,
                        deadline=tie(rule.deadline),
                    )
                )
    return sorted(found, key=lambda suggestion: -LEVEL_WEIGHT[suggestion.level])


def merge_findings(findings: Sequence[Finding]) -> list[Measure]:
    """Join findings of one responsible that share their first roadmap item; the order of priority is kept."""
    merged: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: -one.priority):
        lead = finding.roadmap_items[0] if finding.roadmap_items else finding.rule
        merged.setdefault((finding.responsible, lead), []).append(finding)
    return [
        Measure(
            roadmap_items=list(dict.fromkeys(item for finding in group for item in finding.roadmap_items)),
            responsible=group[0].responsible,
            priority=max(finding.priority for finding in group),
            findings=group,
        )
        for group in merged.values()
    ]


def fill(text: str, known: Mapping[str, Fact]) -> str:
    """Put figures into a text; a part in square brackets is left out where one of its figures is unknown."""

    def part(found: re.Match[str]) -> str:
        return found[1] if all(name in known for name in _PLACEHOLDER.findall(found[1])) else ""

    text = _OPTIONAL.sub(part, text).lstrip("; ")
    text = _PLACEHOLDER.sub(lambda found: known[found[1]].printed if found[1] in known else "н/д", text)
    return tie(text[:1].upper() + text[1:])


def _proven(rule: Rule, known: Mapping[str, Fact]) -> bool:
    """True where the condition holds at both ends of every bounded figure; unknown figures satisfy nothing."""
    expression = parse(rule.when)

    def low(name: str) -> Value:
        return known[name].low if name in known else None

    def high(name: str) -> Value:
        return known[name].high if name in known else None

    return truth(expression, low) and truth(expression, high)


def _finding(
    rule: Rule,
    known: Mapping[str, Fact],
    suffix: str,
    group: GroupFigures,
    rules: Catalogue,
    municipal: bool,
    confirmed: set[str],
) -> Finding:
    level = _level(rule, known, rules.high_share)
    both = rule.topic in confirmed or _reads_both(rule)
    coverage = _coverage(known.get(rule.coverage))
    priority = LEVEL_WEIGHT[level] * coverage * CONTROL_WEIGHT[rule.control] + (TWO_SOURCES if both else 0)
    used = [name for name in [*sorted(rule.names()), *(name for _, name in rule.placeholders())] if name in known]
    numbers = [known[name].number for name in dict.fromkeys(used) if not name.endswith((".title", ".titles"))]
    return Finding(
        id=f"{group.code}:{rule.id}{suffix}",
        rule=rule.id,
        scope=group.code,
        scope_label=group.label,
        finding=fill(rule.finding, known),
        recommendation=fill(rule.recommendation, known),
        roadmap_items=rule.roadmap_items,
        order_obligations=rule.order_obligations,
        responsible=rules.plural.get(rule.responsible, rule.responsible) if municipal else rule.responsible,
        deadline=tie(rule.deadline),
        planned_result=fill(rule.planned_result, known),
        measure_of_success=fill(rule.measure_of_success, known),
        priority=priority,
        level=level,
        source=rule.source,
        single_source=not both,
        condition=rule.when,
        numbers=numbers,
    )


def _level(rule: Rule, known: Mapping[str, Fact], high_share: float) -> Level:
    """High where a block's share or an indicator that the condition reads is high."""
    for name in rule.names():
        value = known[name].low if name in known else None
        if name.endswith(".share") and isinstance(value, int | float) and value >= high_share:
            return "high"
        if name.startswith("ind.") and value == "высокий":
            return "high"
    return "medium"


def _coverage(known: Fact | None) -> float:
    """0.5 for nobody to 1.5 for everybody; a bounded share counts by its proven end, an unknown one gives 1."""
    if known is None or not isinstance(known.low, int | float):
        return 1.0
    return 0.5 + min(max(float(known.low), 0.0), 100.0) / 100.0


def _confirmed_topics(rules: Sequence[Rule]) -> set[str]:
    sources: dict[str, set[str]] = {}
    for rule in rules:
        if rule.topic:
            sources.setdefault(rule.topic, set()).add(rule.source)
    return {topic for topic, found in sources.items() if {"questionnaire", "card"} <= found}


def _too_few(group: GroupFigures) -> bool:
    """Fewer than half have answered: the document says that nothing is concluded, so nothing is."""
    return group.rate is not None and 100.0 * group.rate < FOR_REFERENCE


def _reads_answers(rule: Rule) -> bool:
    return bool({name.split(".")[0] for name in rule.names()} & {"blk", "item", "agg", "delta"})


def _reads_both(rule: Rule) -> bool:
    kinds = {name.split(".")[0] for name in rule.names()}
    return bool(kinds & {"blk", "item", "agg"}) and bool(kinds & {"ind", "card"})


def _repeats(
    rule: Rule, known: dict[str, Fact], released: Released, group: GroupFigures, instrument: Instrument
) -> list[tuple[dict[str, Fact], str]]:
    """The names a rule sees: once, or once for every block that has a change."""
    if not rule.repeat:
        return [(known, "")]
    titles = {scale.name: quote(scale.label) for scale in instrument.scales}
    repeated = []
    for code, change in released.changes:
        if code != group.code or change.change is None or change.hidden:
            continue
        own = dict(known)
        printed = number_text(abs(change.change), 1)
        number = Number(
            name="delta.block",
            printed=printed,
            value=change.change,
            n=change.matched,
            table="changes",
            row=change.scale,
        )
        own["delta.block"] = Fact(change.change, change.change, printed, number)
        own["delta.title"] = text_fact("delta.title", titles.get(change.scale, change.scale))
        repeated.append((own, f":{change.scale}"))
    return repeated
