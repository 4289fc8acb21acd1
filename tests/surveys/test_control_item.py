"""The instructed item Q01: where it stands, and that nothing but its flag knows of it."""

import numpy as np
import pytest

from surveys.answers.answer_set import AnswerSet
from surveys.definition.comparability import Incomparable, find_incomparable
from surveys.definition.control_item import can_have_control, control_items, with_control, without_control
from surveys.definition.instrument import instrument_from_dict, load_instrument
from surveys.disclosure.details import context_items
from surveys.errors import DefinitionError
from surveys.paper.blank import build_blank
from surveys.statistics.analysis import Request, analyze
from surveys.statistics.summary import summarise

PLAIN = load_instrument("teacher_deficits")
ASKED = with_control(PLAIN)
GIVEN = ["3", "3", "0", "4", None, "3", "2", "3"]  # three answer otherwise; a blank is no sign


def test_row_stands_in_the_middle_of_the_middle_block_and_in_no_scale():
    names = [item.name for item in ASKED.items if item.group == "PSY" and not item.need_of]
    assert names == ["PSY01", "PSY02", "PSY03", "PSY04", "Q01", "PSY05", "PSY06", "PSY07"]
    row = ASKED.item("Q01")
    assert ASKED.items[ASKED.items.index(row) - 1].name == "PSY04_need"
    assert "«в основном верно»" in row.label
    assert (row.scale, row.need_of, row.required, row.options) == (None, None, False, "practice")
    assert {scale.name: ASKED.scale_items(scale.name) for scale in ASKED.scales} == {
        scale.name: PLAIN.scale_items(scale.name) for scale in PLAIN.scales
    }
    assert [(flag.kind, flag.threshold) for flag in ASKED.quality if flag.code == "Q01"] == [("instructed", 3.0)]
    assert context_items(ASKED) == context_items(PLAIN)


def test_row_speaks_each_language_of_the_form_that_it_knows():
    body = PLAIN.model_dump(mode="json", exclude_defaults=True) | {"languages": ["English (en)", "Къэбэрдей (kbd)"]}
    for option in body["option_lists"]["practice"]:
        option["translations"] = {"English (en)": f"answer {option['name']}", "Къэбэрдей (kbd)": "…"}
    form = with_control(instrument_from_dict(body, "both"))
    assert "“answer 3”" in form.in_language("English (en)").item("Q01").label
    for language in ("ru", "Къэбэрдей (kbd)"):  # the twin: what it does not know it says as the form does
        assert "«в основном верно»" in form.in_language(language).item("Q01").label


def answers(instrument):
    """Eight teachers who answer alike in both versions."""
    rng, rows = np.random.default_rng(3), []
    for given in GIVEN:
        practice = {item.name: str(rng.integers(5)) for item in PLAIN.items if item.scale}
        values = practice | ({"Q01": given} if given and instrument is ASKED else {})
        rows.append((values, [], [item.name for item in PLAIN.items if item.need_of], {"school": "a"}))
    return AnswerSet.from_submissions(instrument, rows)


def test_blocks_come_out_the_same_and_the_flag_is_counted():
    plain, asked = (summarise(answers(instrument), instrument) for instrument in (PLAIN, ASKED))
    for name, value in vars(plain.scales).items():
        assert np.array_equal(value, getattr(asked.scales, name)), name
    for name, moments in plain.products.items():
        assert np.array_equal(moments.products, asked.products[name].products)
    assert asked.flags == plain.flags | {"Q01": 3}
    without, beside = (analyze(instrument, answers(instrument), Request()) for instrument in (PLAIN, ASKED))
    assert beside["scales"] == without["scales"]


def test_everything_else_stays_comparable_between_the_versions():
    for one, other in ((PLAIN, ASKED), (ASKED, PLAIN)):
        assert find_incomparable(one, other, {}) == Incomparable(items=frozenset({"Q01"}))


def test_row_is_put_in_once_and_taken_out_whole():
    assert with_control(ASKED) == ASKED
    assert control_items(ASKED) == {"Q01"}
    assert without_control(ASKED) == PLAIN
    reading = [*ASKED.items, PLAIN.item("C01").model_copy(update={"name": "C99", "relevant": "${Q01} = 3"})]
    with pytest.raises(DefinitionError, match="Q01"):
        without_control(ASKED.model_copy(update={"items": reading}))


@pytest.mark.parametrize("change", ["two answers", "name taken", "no blocks"])
def test_row_is_not_offered_where_it_cannot_stand(change):
    body = PLAIN.model_dump(mode="json")
    if change == "two answers":
        body["option_lists"]["practice"] = body["option_lists"]["practice"][:2]
    elif change == "name taken":
        body["items"].append({"name": "Q01", "type": "text", "label": "Что ещё?"})
    else:
        body |= {
            "scales": [],
            "items": [item | {"scale": None, "reverse": False} for item in body["items"]],
            "levels": [],
        }
    instrument = instrument_from_dict(body)
    assert not can_have_control(instrument)
    assert with_control(instrument) == instrument


def test_row_stands_in_the_table_of_its_block_on_paper():
    tables = [table for table in build_blank(ASKED, draft=False).tables if any(row.key == "Q01" for row in table.rows)]
    keys = [row.key for row in tables[0].rows if not row.key.startswith("head")]
    assert keys[3:6] == ["PSY04", "Q01", "PSY05"]
