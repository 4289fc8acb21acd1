"""The outside contract of ``analyze`` and ``compare`` on a spreadsheet form with everything in it."""

import json

import openpyxl
import pytest

from surveys.__main__ import main
from surveys.answers.checking import check_answers
from surveys.definition.instrument import open_instrument

SURVEY = [
    ["type", "name", "label", "relevant", "constraint", "scale", "reverse", "choice_filter", "parameters"],
    ["select_one p", "a", "Пункт А", "", "", "s", "", "", ""],
    ["select_one p", "b", "Пункт Б", "", "", "s", "yes", "", ""],
    ["select_one p", "c", "Пункт В", "${a} > 2", "", "s", "", "", ""],
    ["integer", "age", "Возраст", "", ". >= 18 and . <= 80", "", "", "", ""],
    ["decimal", "load", "Нагрузка", "", ". >= 0 and . <= 40", "hours", "", "", ""],
    ["select_multiple m", "topics", "Темы", "", "", "", "", "", ""],
    ["rank m", "order", "Порядок", "", "", "", "", "", ""],
    ["select_one yn or_other", "kind", "Вид", "", "", "", "", "", ""],
    ["select_one region", "reg", "Район", "", "", "", "", "", ""],
    ["select_one school", "sch", "Школа", "", "", "", "", "region=${reg}", ""],
    ["range", "level", "От 0 до 10", "", "", "", "", "", "start=0 end=10 step=1"],
    ["note", "word", "Заметка", "", "", "", "", "", ""],
    ["date", "day", "Дата", "", "", "", "", "", ""],
]
CHOICES = [
    ["list_name", "name", "label", "region"],
    *(["p", str(code), f"ответ {code}", ""] for code in range(1, 6)),
    *(["m", code, code, ""] for code in "xyz"),
    ["yn", "1", "да", ""],
    ["yn", "2", "нет", ""],
    ["region", "n", "север", ""],
    ["region", "s", "юг", ""],
    ["school", "n1", "Северная", "n"],
    ["school", "s1", "Южная", "s"],
]
SCALES = [["name", "label", "min_answered"], ["s", "Шкала", "0.5"], ["hours", "Часы", ""]]
HEAD = "respondent_id;школа;a;b;c;age;load;topics;order;kind;reg;sch;level;day\n"
ROWS = [
    "1;ш1;1;5;;30;1,5;x z;z x y;1;n;n1;3;2020-05-01",
    "2;ш1;2;4;;41;2,25;y;x;other;s;s1;NA;",
    "3;ш10;3;NA;3;;18;;;;;;;",
    "4;ш2;5;1;5;80;0;x  y z;;2;n;;10;",
    "5;ш2;;;;;;;;;;;;",
]


@pytest.fixture
def form(tmp_path):
    book = openpyxl.Workbook()
    for title, rows in {"survey": SURVEY, "choices": CHOICES, "scales": SCALES}.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "version"])
    settings.append(["Проба", "proba", "7"])
    del book["Sheet"]
    book.save(tmp_path / "proba.xlsx")
    return tmp_path / "proba.xlsx"


def written(form, text, name="answers.csv"):
    path = form.with_name(name)
    path.write_text(text, encoding="utf-8")
    return path


def run(capsys, *arguments):
    status = main([str(one) for one in arguments])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def analysed(form, capsys, rows, *extra):
    path = written(form, HEAD + "\n".join(rows) + "\n")
    status, out, err = run(capsys, "analyze", form, path, "--json", *extra)
    assert status == 0, err
    return json.loads(out), err


def test_every_kind_of_question_adds_up_and_counts_options_nobody_chose(form, capsys):
    found, err = analysed(form, capsys, ROWS, "--population", "9")
    assert found["instrument"] == {"code": "proba", "version": "7"}
    assert (found["n"], found["population"], found["response_rate"]) == (5, 9, 5 / 9)
    for name, one in found["items"].items():
        assert one["n"] + one["missing"] + one["not_applicable"] + one["not_asked"] == 5, name
    items = found["items"]
    assert "word" not in items
    assert items["a"]["counts"] == {"1": 1, "2": 1, "3": 1, "4": 0, "5": 1}
    assert items["topics"]["counts"] == {"x": 2, "y": 2, "z": 2}
    assert items["kind"]["counts"] == {"1": 1, "2": 1, "other": 1}
    assert items["kind_other"]["not_asked"] == 4  # its column may be left out: the form adds it by itself
    assert [items[name]["counts"] for name in ("order", "age", "level", "day")] == [{}] * 4
    assert (items["order"]["n"], items["order"]["mean"]) == (2, None)
    assert items["load"]["mean"] == pytest.approx((1.5 + 2.25 + 18 + 0) / 4)
    assert items["level"]["not_applicable"] == 1
    # By hand, percent of maximum: 1: (0 + 0) / 2; 2: (25 + 25) / 2; 3: (50 + 50) / 2; 4: 100.
    assert found["scales"]["s"]["mean"] == pytest.approx((0 + 25 + 50 + 100) / 4)
    assert err == "столбцы, которых нет в анкете, взяты как сведения: respondent_id, школа\n"


def test_every_null_has_a_note_also_of_hidden_groups(form, capsys):
    found, _ = analysed(form, capsys, ROWS, "--by", "школа")
    assert [group["value"] for group in found["groups"]] == ["ш1", "ш10", "ш2"]  # as text
    noted = {note["path"] for note in found["notes"]}
    assert {f"groups[{place}].scales" for place in range(3)} <= noted
    assert {"population", "response_rate", "items.order.mean", "scales.hours.alpha"} <= noted


def test_all_problems_of_all_files_come_at_once_and_nothing_is_printed(form, capsys):
    head = HEAD.replace(";day\n", "\n")
    bad = written(form, head + "1;ш1;6;5;;17;41;x q;;1;n;s1;11\n1;ш1;2;4;;41;сто;y;x;другое;s;s1;\n", name="bad.csv")
    people = written(form, "respondent_id;имя\n7;а\n7;б\n", name="people.csv")
    status, out, err = run(
        capsys, "analyze", form, bad, "--json", "--by", "класс", "--min-group", "2", "--population", people
    )
    assert (status, out) == (2, "")
    for words in (
        "--min-group: наименьшая группа",
        "bad.csv: строка 1: нет столбца day",
        "bad.csv: строка 3, столбец respondent_id: номер «1»",
        "bad.csv: строка 2, столбец a: значения «6»",
        "bad.csv: строка 2, столбец load: нужно число от 0 до 40",
        "bad.csv: строка 3, столбец load: нужно число",
        "bad.csv: строка 2, столбец topics",
        "bad.csv: строка 3, столбец kind: значения «другое»",
        "bad.csv: строка 2, столбец level: нужно число от 0 до 10",
        "bad.csv: строка 1: нет столбца класс",
        "people.csv: строка 3, столбец respondent_id",
        "people.csv: строка 1: нет столбца класс",
    ):
        assert words in err
    assert len(err.splitlines()) == 12


def test_answers_against_a_condition_are_counted_as_given_and_named_once(form, capsys):
    rows = ["1;ш;1;1;;17;1;x;;1;n;s1;3;", "2;ш;2;2;;16;1;x;;1;s;s1;3;", "3;ш;2;2;;18;1;x;;1;n;n1;3;"]
    found, err = analysed(form, capsys, rows)
    assert found["items"]["age"]["mean"] == 17
    assert "столбец age: 2\u00a0ответа не по условию анкеты (. >= 18 and . <= 80)" in err
    assert "столбец sch: 1\u00a0ответ не по условию анкеты (region=${reg})" in err


@pytest.mark.parametrize(("school", "fits"), [("n1", True), ("s1", False)])
def test_choice_filter_decides_which_options_may_be_chosen(form, school, fits):
    checked = check_answers(open_instrument(str(form)), {"reg": "n", "sch": school}, [], final=False)
    assert ("sch" not in checked.problems) == fits


def test_compare_needs_its_column_and_unique_numbers_in_both_files(form, capsys):
    before = written(form, HEAD + "\n".join(ROWS) + "\n")
    after = written(form, HEAD + "\n".join([*ROWS, ROWS[0]]) + "\n", name="after.csv")
    status, out, err = run(capsys, "compare", form, before, after, "--id", "номер", "--json")
    assert (status, out) == (2, "")
    assert "answers.csv: строка 1: нет столбца номер" in err
    assert "after.csv: строка 7, столбец respondent_id: номер «1» уже стоит в строке 2" in err
    status, out, _ = run(capsys, "compare", form, before, before, "--id", "respondent_id", "--json")
    scale = json.loads(out)["scales"]["s"]
    assert (scale["matched"], scale["change"], scale["same"], scale["ci95"]) == (4, 0, 4, [0, 0])
