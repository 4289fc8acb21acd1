"""The commands ``analyze`` and ``compare``: one document, context named once, every fault of every file at once."""

import json

import pytest

from surveys.__main__ import main


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


TOML = """
code = "demo"
title = "Проба"

[[option_lists.p]]
name = "1"
label = "да"
[[option_lists.p]]
name = "2"
label = "нет"

[[scales]]
name = "s"
label = "Шкала"

[[items]]
name = "a"
type = "select_one"
options = "p"
scale = "s"

[[items]]
name = "b"
type = "select_one"
options = "p"
scale = "s"
"""


def command(*arguments):
    return main([str(one) for one in arguments])


@pytest.fixture
def files(tmp_path):
    form = write(tmp_path / "form.toml", TOML)
    rows = [f"{'xy'[n % 2]},{n % 2 + 1},{n % 3 % 2 + 1}" for n in range(24)]
    people = [f"{'xyz'[n % 3]}" for n in range(60)]
    write(tmp_path / "people.csv", "school\n" + "\n".join(people) + "\n")
    return form, write(tmp_path / "rows.csv", "school,a,b\n" + "\n".join(rows) + "\n"), tmp_path


def test_command_prints_one_document_and_names_context_once(files, capsys):
    form, rows, folder = files
    assert command("analyze", form, rows, "--population", folder / "people.csv", "--by", "school", "--json") == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document["population"] == 60
    assert [(one["value"], one["n"], one["suppressed"]) for one in document["groups"]] == [
        ("x", 12, None),
        ("y", 12, None),
        ("z", 0, "primary"),
    ]
    assert printed.err.count("school") == 1


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (["--population", "10"], "опрашиваемых 10, а ответов 24"),
        (["--population", "0"], "нужно целое число не меньше 1 или файл CSV, а не «0»"),
        (["--population=-30"], "нужно целое число не меньше 1 или файл CSV, а не «-30»"),
        (["--population", "30,5"], "нужно целое число не меньше 1 или файл CSV, а не «30,5»"),
        (["--min-group", "4"], "не может быть меньше 5"),
        (["--by", "класс"], "нет столбца класс"),
        (["--population", "нет.csv"], "файл не найден"),
    ],
    ids=[
        "fewer people than answers",
        "nobody",
        "negative",
        "a part of a person",
        "small k",
        "no such column",
        "no such file",
    ],
)
def test_bad_request_ends_with_two_and_prints_nothing(files, capsys, extra, words):
    form, rows, _ = files
    assert command("analyze", form, rows, "--json", *extra) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert words in printed.err


def test_faults_of_the_table_hide_none_of_what_stands_in_it(files, capsys):
    form, _, folder = files
    bad = write(folder / "bad.csv", "respondent_id,a,a,\n1,9,1,\n1,2\n1,2,1,\n")
    people = write(folder / "few.csv", "id,id\n1\n")
    assert command("analyze", form, bad, "--json", "--by", "класс", "--population", people) == 2
    assert capsys.readouterr().err.splitlines() == [
        "bad.csv: строка 1, столбец 3: заголовок «a» повторяется, первый — в столбце 2",
        "bad.csv: строка 1, столбец 4: пустой заголовок",
        "bad.csv: строка 3: значений 2, а столбцов 4",
        "bad.csv: строка 1: нет столбца b",
        "bad.csv: строка 4, столбец respondent_id: номер «1» уже стоит в строке 2",
        "bad.csv: строка 2, столбец a: значения «9» нет среди вариантов: 1, 2",
        "bad.csv: строка 1: нет столбца класс, по которому нужны группы",
        "few.csv: строка 1, столбец 2: заголовок «id» повторяется, первый — в столбце 1",
        "few.csv: строка 2: значений 1, а столбцов 2",
        "few.csv: человек в списке 1, а ответов 3",
        "few.csv: строка 1: нет столбца класс, по которому нужны группы",
    ]


def test_faults_of_the_form_hide_none_of_the_table(files, capsys):
    _, _, folder = files
    form = write(folder / "words.toml", TOML.replace('name = "1"', 'name = "да"'))
    bad = write(folder / "bad.csv", "a,a,b\nда,2,3\n")
    assert command("analyze", form, bad, "--json") == 2
    err = capsys.readouterr().err
    assert "words.toml: items[0].scale" in err
    assert "bad.csv: строка 1, столбец 2: заголовок «a» повторяется" in err


def test_command_without_json_prints_a_short_table(files, capsys):
    form, rows, _ = files
    assert command("analyze", form, rows) == 0
    assert "шкала" in capsys.readouterr().out


def test_compare_names_the_faults_of_both_files(files, capsys):
    form, _, folder = files
    first = write(folder / "first.csv", "id,a,b\n1,1,1\n1,2,2\n")
    second = write(folder / "second.csv", "id,a,b\n,1,3\n")
    assert command("compare", form, first, second, "--id", "id", "--json") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "first.csv: строка 3, столбец id" in printed.err
    assert "second.csv: строка 2, столбец id" in printed.err
    assert "second.csv: строка 2, столбец b" in printed.err
