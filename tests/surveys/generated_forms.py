"""Forms that a person never wrote: hypothesis strategies for whole instruments within the notation of an XLSForm."""

from typing import Any

from hypothesis import strategies as st

from surveys.definition.instrument import Instrument, instrument_from_dict

LANGUAGE = "Къэбэрдей (kbd)"
# text as people paste it: quotes, signs of formulas, line ends, other alphabets; never only blanks, never «${»
LETTERS = "абвгёяӀ АБЯabz019 .,;:!?«»\"'=+-@#%&<>()[]{}|\\/_*\n\t—–№"
TEXTS = (
    st.text(LETTERS, min_size=1, max_size=40)
    .map(lambda text: text.replace("\t", " ").strip())
    .filter(lambda text: text and "${" not in text)
)
NUMBERS = st.integers(0, 99)
CODES = st.lists(st.integers(0, 30).map(str), min_size=2, max_size=5, unique=True)
SIMPLE = ("text", "integer", "decimal", "date", "time", "note")


@st.composite
def option_lists(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    lists = {}
    for place in range(draw(st.integers(1, 3))):
        lists[f"list{place}"] = [{"name": code, "label": draw(TEXTS)} for code in draw(CODES)]
    return lists


@st.composite
def items(draw: st.DrawFn, lists: dict[str, list[dict[str, Any]]], groups: list[str | None]) -> list[dict[str, Any]]:
    """Items in the order of their groups; a skip or a check reads an earlier number or choice."""
    found: list[dict[str, Any]] = []
    for group in groups:
        for _ in range(draw(st.integers(1, 3))):
            item = draw(_item(lists, found, f"q{len(found)}"))
            found.append({**item, "group": group} if group else item)
    return found


@st.composite
def _item(draw: st.DrawFn, lists: dict[str, Any], before: list[dict[str, Any]], name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(("select_one", "select_multiple", "rank", "range", "calculate", *SIMPLE)))
    item: dict[str, Any] = {"name": name, "type": kind, "label": draw(TEXTS)}
    if kind in ("select_one", "select_multiple", "rank"):
        item["options"] = draw(st.sampled_from(sorted(lists)))
    if kind == "range":
        item["parameters"] = {"start": "0", "end": str(draw(st.integers(1, 10))), "step": "1"}
    if kind == "calculate":
        item["calculation"] = f"{draw(NUMBERS)} + 1"
        del item["label"]
    elif draw(st.booleans()):
        item["translations"] = {LANGUAGE: {"label": draw(TEXTS)}}
    for field in ("hint", "why", "unit"):
        if kind != "calculate" and draw(st.integers(0, 3)) == 0:
            item[field] = draw(TEXTS)
    sources = [one["name"] for one in before if one["type"] in ("integer", "select_one")]
    if sources and draw(st.booleans()):
        item["relevant"] = f"${{{draw(st.sampled_from(sources))}}} = {draw(NUMBERS)}"
    if kind == "integer" and draw(st.booleans()):
        item |= {"constraint": f". <= {draw(NUMBERS)}", "constraint_message": draw(TEXTS)}
    if kind not in ("note", "calculate") and draw(st.booleans()):
        item["required"] = True
    return item


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """A whole instrument: nested groups, lists, a scale over some of its choices, a second language."""
    lists = draw(option_lists())
    count = draw(st.integers(0, 3))
    groups = []
    for place in range(count):
        group: dict[str, Any] = {"name": f"g{place}", "label": draw(TEXTS)}
        if place and draw(st.booleans()):
            group["parent"] = f"g{place - 1}"
        groups.append(group)
    found = draw(items(lists, [None, *(group["name"] for group in groups)]))
    scaled = [item for item in found if item["type"] == "select_one"]
    scales = []
    if scaled and draw(st.booleans()):
        scales = [{"name": "s", "label": draw(TEXTS), "min_answered": draw(st.sampled_from((0.5, 0.7, 1.0)))}]
        for item in scaled:
            item |= {"scale": "s", "reverse": draw(st.booleans())}
    return instrument_from_dict(
        {
            "code": "form",
            "title": draw(TEXTS),
            "version": str(draw(NUMBERS)),
            "option_lists": lists,
            "groups": groups,
            "items": found,
            "scales": scales,
            "languages": [LANGUAGE] if any("translations" in item for item in found) else [],
        }
    )
