"""«Откуда эта цифра?»: figures of a finding with their table, n, condition and snapshot, in words."""

import re
from collections.abc import Sequence

from surveys.definition.instrument import Instrument
from surveys.expressions.piping import readable
from surveys.findings.finding import Finding
from surveys.report.document import Ground, MeasureText, Origin
from surveys.russian import quote

NAME = re.compile(r"\$\{([^}]+)\}")
AGGREGATES = {
    "agg.hidden_share": "доля учителей с затруднениями и без запроса помощи, %",
    "agg.form_mentor": "доля учителей, назвавших наставничество, %",
    "agg.mentor_ready": "учителей готовы помогать коллегам",
    "resp.rate": "охват анкетированием, %",
    "stage": "стадия",
    "cycle.year": "год",
    "card.warnings": "предупреждений карты без объяснения",
    "delta.block": "изменение M по блоку, п. п.",
    "delta.any_block": "наибольшее снижение M по блокам, п. п.",
}
SIGNS = ((" >= ", " ≥ "), (" <= ", " ≤ "), (" != ", " ≠ "), (" and ", " и "), (" or ", " или "), ("not(", "не ("))
PARTS = {"share": "доля учителей с дефицитом, %", "n_def": "учителей с дефицитом", "n": "n"}


def condition_words(condition: str, instrument: Instrument) -> str:
    """«доля учителей с дефицитом, % (Методические) ≥ 30»."""
    words = NAME.sub(lambda found: name_words(found[1], instrument), condition)
    for sign, word in SIGNS:
        words = words.replace(sign, word)
    return words


def name_words(name: str, instrument: Instrument) -> str:
    """What a name of the rules means, in words."""
    if name in AGGREGATES:
        return AGGREGATES[name]
    kind, _dot, rest = name.partition(".")
    code, _dot, part = rest.partition(".")
    if kind == "blk":
        scale = next((one for one in instrument.scales if one.name == code), None)
        title = scale.label if scale else code
        return f"{PARTS.get(part, part)} ({title})"
    if kind == "item":
        item = next((one for one in readable(instrument).items if one.name == code), None)
        return f"средняя оценка утверждения {quote(item.label if item else code)}"
    if kind in ("ind", "value"):
        return f"показатель карты {code}"
    return f"поле карты {code}" if kind == "card" else name


def ground_of(finding: Finding, instrument: Instrument, snapshot: str) -> Ground:
    """What a finding rests on; each figure once, with the places in a document where it may stand."""
    origins: dict[str, Origin] = {}
    for number in finding.numbers:
        if number.name.endswith((".reported", ".weak_items", ".n")):
            continue
        places = [f"r-{number.table}-{number.row}", f"r-schools-share-{finding.scope}", f"s-{number.table}"]
        if number.table == "coverage":
            places = [f"r-coverage-{finding.scope}"]
        words = name_words(number.name, instrument)
        origins.setdefault(
            number.name, Origin(words=words, printed=number.printed, n=number.n, places=places if number.table else [])
        )
    condition = condition_words(finding.condition, instrument)
    return Ground(rule=finding.rule, condition=condition, snapshot=snapshot, origins=list(origins.values()))


def measure_grounds(
    measures: Sequence[MeasureText], findings: Sequence[Finding], instrument: Instrument, snapshot: str
) -> list[Ground]:
    """What the measures of one row rest on, through the findings that they came of."""
    made_of = {(one.rule, one.finding): one for one in findings}
    found = [made_of[key] for one in measures if (key := (one.rule, one.finding)) in made_of]
    return [ground_of(one, instrument, snapshot) for one in found]
