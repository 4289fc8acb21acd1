"""Instruments are checked whole: every problem at once, with its path, in Russian."""

import subprocess
import sys
import time

import pytest

from surveys.definition.instrument import instrument_from_dict, open_instrument, read_instrument
from surveys.definition.toml_text import to_toml
from surveys.errors import DefinitionError


def form(*items, **rest):
    lists = {"agree": [{"name": "1", "label": "нет"}, {"name": "2", "label": "да"}]}
    return {"code": "f", "title": "Форма", "option_lists": lists, "items": list(items), **rest}


def question(name="q1", **rest):
    return {"name": name, "type": "select_one", "label": "?", "options": "agree", **rest}


def problems(body):
    with pytest.raises(DefinitionError) as refused:
        instrument_from_dict(body)
    return refused.value.lines()


WORDS = {"words": [{"name": "нет", "label": "нет"}, {"name": "да", "label": "да"}]}
SCALE = {"scales": [{"name": "s", "label": "Шкала"}]}
INDICATOR = {"code": "I01", "name": "i", "label": "I", "better": "high"}


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (form(), "items: в форме нет ни одного вопроса"),
        ({"code": "f", "items": []}, "title: не указано обязательное поле"),
        (form(question(lable="?")), "items[0].lable: неизвестное поле"),
        (form(question(required="да")), "items[0].required: здесь должно быть true или false"),
        (form(question(type="slider")), "items[0].type: недопустимое значение «slider»; можно: select_one"),
        (form(question(), question()), "items[1].name: имя «q1» уже занято"),
        (form(question("1a")), "items[0].name: имя «1a» не годится"),
        (form(question(options="nolist")), "items[0].options: нет списка вариантов «nolist»"),
        (form({"name": "a", "type": "rank"}), "items[0].options: для типа rank нужен список вариантов"),
        (form(question(type="text")), "items[0].options: у типа text не бывает списка вариантов"),
        (form(question(group="g")), "items[0].group: нет группы «g»"),
        (form(question(need_of="q2")), "items[0].need_of: нет пункта «q2»"),
        (form(question(scale="s")), "items[0].scale: нет шкалы «s»"),
        (form(question(), **SCALE), "scales[0].name: в шкале «s» нет ни одного пункта"),
        (form(question(reverse=True)), "items[0].reverse: обратным может быть только пункт шкалы"),
        (
            form(question(scale="s", options="words"), **SCALE) | {"option_lists": WORDS},
            "items[0].scale: пункт шкалы, а коды вариантов не числа: «нет», «да»",
        ),
        (form({"name": "a", "type": "text", "scale": "s"}, **SCALE), "пункт типа text не может входить в шкалу"),
        (form(question(relevant="${q2} = 1")), "items[0].relevant: нет пункта «q2»"),
        (form(question(relevant="${q1} = ")), "items[0].relevant: выражение не читается: знак 8: выражение оборвано"),
        (form(question(relevant="${q1} = 1")), "items[0].relevant: пункт зависит сам от себя: q1 → q1"),
        (form(question(label="${q9}?")), "items[0].label: нет пункта «q9», на который ссылается текст"),
        (form({"name": "c", "type": "calculate"}), "items[0].calculation: у вычисляемого пункта нет формулы"),
        (
            form({"name": "r", "type": "range", "parameters": {"start": "5", "end": "1"}}),
            "нужны числа start, end и step",
        ),
        (form(question(), groups=[{"name": "a", "parent": "a"}]), "groups[0].parent: группа вложена сама в себя"),
        (form(question(), levels=[{"code": "x", "label": "", "at_least": 0}]), "levels[0].code: недопустимое значение"),
        (
            form(question(), levels=[{"code": c, "label": "", "at_least": at} for c, at in (("high", 0), ("none", 0))]),
            "levels[1].at_least: порог уровня «none» должен быть больше порога уровня «high»",
        ),
        (
            form(question(), checks=[{"code": "V", "expression": "${z} = 1", "severity": "error", "text": ""}]),
            "checks[0].expression: нет пункта «z»",
        ),
        (
            form(question(), indicators=[{**INDICATOR, "expression": "${q1}", "low": 1, "medium": 2}]),
            "indicators[0].low: пороги low и medium стоят не по порядку",
        ),
        (
            form(question(), quality=[{"code": "Q", "kind": "pair", "items": ["q1"], "threshold": 3}]),
            "quality[0].items: для сравнения пары нужно два пункта",
        ),
        ([1], "здесь должна быть таблица"),
    ],
)
def test_problem_is_named_with_its_path(body, line):
    assert any(line in found for found in problems(body)), problems(body)


def test_all_problems_come_at_once():
    body = form(question(options="x", group="g"), question(relevant="${z} >"), question(reverse=True))
    assert len(problems(body)) >= 6


BAD_OPTION = {"option_lists": {"agree": [{"name": "1", "label": "нет"}, {"label": "да"}]}}
SHAPE_AND_SENSE = [
    (
        form(question(required="да"), question(), question("q3", scale="нет")),
        ["items[0].required", "items[1].name", "items[2].scale"],
    ),
    (form(question(required="да", scale="нет", relevant="${q1} = 1")), [".required", ".relevant: п", ".scale"]),
    (form(question(), {"type": "text", "label": "?", "group": "g"}), ["items[1].name: не указано", "[1].group"]),
    ({**form(question(options="x")), "minutes": "много"}, ["minutes: здесь", "items[0].options: нет списка"]),
    # from here on: only the fault itself, none of what follows from it
    (form({"type": "text", "label": "?"}, question("q2", relevant="${q1} = 1")), ["items[0].name: не указано"]),
    (form(question(type="slider", scale="s", default="9"), **SCALE), ["items[0].type"]),
    (form(question(scale="s", default="2"), **SCALE) | BAD_OPTION, ["option_lists.agree[1].name"]),
    (form(question()) | {"option_lists": {"agree": "нет, да"}}, ["option_lists.agree: здесь"]),
    (form(question(scale=5), **SCALE), ["items[0].scale: здесь должен быть текст"]),
    (form(question(group="g"), groups=[{"label": "Группа"}]), ["groups[0].name: не указано"]),
    (form(question(), groups=["g"]), ["groups[0]: здесь должна быть таблица"]),
    (form(question(scale="s"), scales="s"), ["scales: здесь должен быть список"]),
    ({**form(question()), "items": {"q1": 1}}, ["items: здесь должен быть список"]),
    (
        form(question(), indicators=[{**INDICATOR, "expression": "${q1}", "low": "мало", "medium": 2}]),
        ["indicators[0].low: здесь должно быть число"],
    ),
    (
        form(question(), checks=[{"code": "V", "expression": "1", "severity": "беда", "text": "", "fields": [5]}]),
        ["checks[0].severity", "checks[0].fields[0]"],
    ),
]


@pytest.mark.parametrize(("body", "told"), SHAPE_AND_SENSE)
def test_faults_of_shape_and_of_sense_are_told_together_and_nothing_that_only_follows(body, told):
    before, lines = repr(body), problems(body)
    assert len(lines) == len(told), lines
    assert all(any(one in line for line in lines) for one in told), lines
    assert repr(body) == before  # the caller's own value is not mended


def test_large_faulty_form_is_checked_in_a_moment():
    items = [question(f"q{n}", scale="нет", required="да") for n in range(5000)]
    start = time.process_time()
    assert len(problems(form(*items))) == 10_000
    assert time.process_time() - start < 10


def test_cycle_is_told_beside_other_faults_and_a_repeated_name_makes_none():
    body = form(question(relevant="${q1} = 1"), question("q2", scale="нет"), question("q2", relevant="${q2} = 1"))
    told = ["items[0].relevant: пункт зависит", "items[1].scale: нет шкалы", "items[2].name: имя «q2» уже занято"]
    assert [line.startswith(one) for line, one in zip(problems(body), told, strict=True)] == [True] * 3


def test_cycle_through_group_and_formula_is_found():
    body = form(
        question(group="g"),
        {"name": "total", "type": "calculate", "calculation": "${q1} + 1"},
        groups=[{"name": "g", "relevant": "${total} > 1"}],
    )
    assert "groups[0].relevant: пункт зависит сам от себя: q1 → total → q1" in problems(body)


def test_two_constraints_may_name_each_other():
    body = form(
        {"name": "a", "type": "integer", "constraint": ". <= ${b}"},
        {"name": "b", "type": "integer", "constraint": ". >= ${a}"},
    )
    assert instrument_from_dict(body).item("b").constraint == ". >= ${a}"


def test_hash_does_not_depend_on_order_of_keys_or_on_use():
    first = instrument_from_dict(form(question(), minutes=5))
    second = instrument_from_dict({"minutes": 5, **form(question())})
    before = first.sha256()
    first.item("q1")
    assert first.sha256() == second.sha256() == before
    assert instrument_from_dict(form(question(label="!"), minutes=5)).sha256() != before


def test_toml_text_reads_back_as_the_same_instrument(tmp_path):
    label = 'Кавычки "«»" и \\ и\nстрока\tс табуляцией'
    instrument = instrument_from_dict(form(question(label=label, parameters={"ключ 1": "да"}), **{"minutes": 3}))
    path = tmp_path / "f.toml"
    path.write_text(to_toml(instrument.model_dump(exclude_defaults=True)), encoding="utf-8")
    assert read_instrument(path) == instrument


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = 1\nb = ?", "строка 2, знак 5"),
        (b"\xff\xfe", "UTF-8"),
        (b'code = "a"\ncode = "b"', "не читается как TOML"),
    ],
)
def test_broken_toml_is_one_clear_line(tmp_path, content, words):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(DefinitionError, match=words) as refused:
        open_instrument(path)
    assert refused.value.lines()[0].startswith("bad.toml: ")


@pytest.mark.parametrize("name", ["nope", "nope.toml", "nope.xlsx", "../x", "form.docx", ""])
def test_missing_form_is_refused_in_words(name):
    with pytest.raises(DefinitionError):
        open_instrument(name)


def test_import_brings_neither_pandas_nor_pyxform():
    code = "import sys, surveys.definition, surveys.expressions, surveys.xlsform, surveys.card, surveys.roadmap;"
    code += "print([m for m in ('pandas', 'pyxform', 'openpyxl', 'numpy') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("language", "tag"), [("ru", "ru"), ("Русский (ru)", "ru"), ("Балкарский (krc)", "krc"), ("English", "")]
)
def test_language_tag_is_read_from_the_name_of_a_language(language, tag):
    assert instrument_from_dict(form(question(), language=language)).language_tag == tag
