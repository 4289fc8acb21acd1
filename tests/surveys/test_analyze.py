"""``analyze`` on real tables: right to 1e-6 against R, honest about what does not exist, strict about bad input."""

import json
import math
from pathlib import Path

import pytest

from surveys.answers.columns import answers_of
from surveys.answers.reading import decode, read_table
from surveys.definition.instrument import Instrument, Item, Option, Scale
from surveys.errors import AnswersError, DefinitionError
from surveys.statistics.analysis import Request, analyze

DATA = Path(__file__).parents[1] / "data" / "answers"
CLOSE = {"rel": 1e-6, "abs": 1e-6}


def expected(name):
    return json.loads((DATA / "expected" / f"{name}.json").read_text(encoding="utf-8"))


def likert(names, reverse=(), low=1, high=5, labels=None, scale="all"):
    words = ["Strongly Disagree", "Disagree", "Neutral", "Agree", "Strongly Agree"]
    return Instrument(
        code="likert",
        title="likert",
        option_lists={"p": [Option(name=str(c), label=words[(c - 1) % 5]) for c in range(low, high + 1)]},
        items=[
            Item(
                name=name,
                label=(labels or {}).get(name, name),
                type="select_one",
                options="p",
                scale=scale,
                reverse=name in reverse,
            )
            for name in names
        ],
        scales=[Scale(name=scale, label=scale)],
    )


def run(instrument, path, **request):
    answers, _ = answers_of(read_table(path), instrument)
    return analyze(instrument, answers, Request(**request))


def check_item(found, wanted, ci):
    assert found["n"] == wanted["n"]
    assert found["missing"] == wanted["missing"]
    assert found["mean"] == pytest.approx(wanted["mean"], **CLOSE)
    assert found["sd"] == pytest.approx(wanted["sd"], **CLOSE)
    assert found["ci95"] == pytest.approx(ci, **CLOSE)


def check_reliability(found, wanted, names):
    assert found["scales"]["all"]["alpha"] == pytest.approx(wanted["alpha"], **CLOSE)
    for own, theirs in names.items():
        assert found["items"][own]["item_rest_r"] == pytest.approx(wanted["items"][theirs]["r"], **CLOSE)
        dropped = found["scales"]["all"]["alpha_if_dropped"][own]
        assert dropped == pytest.approx(wanted["items"][theirs]["dropped"], **CLOSE)


@pytest.mark.parametrize("file", ["math_anxiety", "math_anxiety_text_labels"])
def test_math_anxiety_agrees_with_r_by_codes_and_by_labels(file):
    want = expected("math_anxiety")
    labels = {f"q{place}": label for place, label in enumerate(want["items"], 1)}
    reverse = [name for name, label in labels.items() if label in want["reverse"]]
    instrument = likert(list(labels), reverse, labels=labels)
    found = run(instrument, DATA / f"{file}.csv", population=28)
    for name, label in labels.items():
        wanted = want["items"][label]
        check_item(found["items"][name], wanted, wanted["fpc"]["ci95"])
        assert found["items"][name]["counts"] == wanted["counts"]
    check_reliability(found, want["scales"]["keyed"], labels)
    # R's person score is a mean of 1-5; POMP is 25 x (score - 1).
    score = want["scales"]["keyed"]["mean"]
    assert found["scales"]["all"]["mean"] == pytest.approx(25 * (score["mean"] - 1), **CLOSE)
    assert found["scales"]["all"]["sd"] == pytest.approx(25 * score["sd"], **CLOSE)
    fpc = [25 * (end - 1) for end in want["score_fpc"]["fpc"]["ci95_t_fpc_N_minus_1"]]
    assert found["scales"]["all"]["ci95"] == pytest.approx(fpc, **CLOSE)


def test_forgetting_to_turn_reversed_items_gives_the_trap_value():
    """The twin of the test above: without ``reverse`` the engine falls into the trap that R computed."""
    want = expected("math_anxiety")
    labels = {f"q{place}": label for place, label in enumerate(want["items"], 1)}
    found = run(likert(list(labels), (), labels=labels), DATA / "math_anxiety.csv")
    assert found["scales"]["all"]["alpha"] == pytest.approx(want["scales"]["TRAP"]["alpha"], **CLOSE)
    assert abs(found["scales"]["all"]["alpha"] - want["scales"]["keyed"]["alpha"]) > 0.1


def test_attitude_agrees_with_psych_alpha():
    want = expected("attitude")
    instrument = likert(list(want["items"]), low=0, high=100)
    found = run(instrument, DATA / "attitude.csv", population=35)
    for name, wanted in want["items"].items():
        check_item(found["items"][name], wanted, wanted["fpc"]["ci95"])
    check_reliability(found, want["scales"]["all"], {name: name for name in want["items"]})
    assert found["scales"]["all"]["mean"] == pytest.approx(want["scales"]["all"]["mean"]["mean"], **CLOSE)


@pytest.mark.parametrize("stage", ["pre", "post"])
def test_anxiety_inventory_agrees_with_r_on_complete_cases(stage):
    want = expected("sai_AGES_prepost")
    items = want["pair_items"]
    instrument = likert(
        [f"{name}.{stage}" for name in items], [f"{name}.{stage}" for name in want["reverse"]], low=1, high=4
    )
    found = run(instrument, DATA / "sai_AGES_prepost.csv")
    check_reliability(found, want["scales"][stage], {f"{name}.{stage}": name for name in items})
    score = want["scales"][stage]["mean"]
    assert found["scales"]["all"]["mean"] == pytest.approx((score["mean"] - 1) * 100 / 3, **CLOSE)


def test_number_columns_agree_with_r():
    want = expected("cards_MASchools")
    items = [Item(name=name, type="decimal") for name in want["items"]]
    found = run(Instrument(code="card", title="card", items=items), DATA / "cards_MASchools.csv", population=300)
    for name, wanted in want["items"].items():
        check_item(found["items"][name], wanted, wanted["fpc"]["ci95"])
        assert found["items"][name]["counts"] == {}


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


ROWS = "respondent_id;школа;a;b\n" + "\n".join(f"{n};Школа {n % 2};{n % 5 + 1};{5 - n % 5}" for n in range(12)) + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"], ids=["semicolon", "comma", "tab"])
def test_usual_encodings_and_delimiters_give_the_same_figures(tmp_path, encoding, delimiter):
    path = write(tmp_path / "a.csv", ROWS.replace(";", delimiter), encoding)
    found = run(likert(["a", "b"], ["b"]), path, by=None)
    # By hand: n % 5 + 1 over 0..11 is 1 2 3 4 5 1 2 3 4 5 1 2 = 33.
    assert found["items"]["a"]["mean"] == pytest.approx(33 / 12)
    assert found["n"] == 12
    assert "школа" in read_table(path).columns.columns


def test_decimal_comma_and_number_equal_to_a_code_are_read(tmp_path):
    instrument = Instrument(
        code="n",
        title="n",
        option_lists={"p": [Option(name="1", label="да"), Option(name="2", label="нет")]},
        items=[Item(name="x", type="decimal"), Item(name="y", type="select_one", options="p")],
    )
    found = run(instrument, write(tmp_path / "a.csv", "x;y\n1,5;1.0\n2,5;нет\n"))
    assert found["items"]["x"]["mean"] == 2.0
    assert found["items"]["y"]["counts"] == {"1": 1, "2": 1}


def test_every_problem_is_named_at_once_with_row_and_column(tmp_path):
    path = write(tmp_path / "a.csv", "respondent_id,a\n1,9\n1,2\n2,x\n")
    with pytest.raises(AnswersError) as caught:
        run(likert(["a", "b"]), path)
    lines = caught.value.lines()
    assert any("нет столбца b" in line for line in lines)
    assert any("строка 2, столбец a" in line and "«9»" in line for line in lines)
    assert any("строка 4, столбец a" in line for line in lines)
    assert any("строка 3, столбец respondent_id" in line and "уже стоит в строке 2" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a,a\n1,2\n", "повторяется"),
        ("a,b\n1\n1,2,3\n", "строка 3"),
        ("", "файл пуст"),
        ('a,b\n"1"x,2\n', "не читается как CSV: лишнее после закрывающей кавычки"),
        ('a,b\n"1,2\n', "не читается как CSV: кавычка открыта и не закрыта"),
    ],
    ids=["repeated header", "ragged rows", "empty file", "broken quotes", "open quotes"],
)
def test_malformed_table_is_refused(tmp_path, text, part):
    with pytest.raises(AnswersError, match=part):
        run(likert(["a", "b"]), write(tmp_path / "a.csv", text))


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(AnswersError, match="UTF-8"):
        decode(b"PK\x03\x04\x00\x98\x00", "a.xlsx")


def test_spoilt_utf8_is_refused_with_its_line_and_never_read_as_another_encoding():
    body = "школа;а\nПрохладный;1\n".encode() + b"\xd0;2\n"
    with pytest.raises(AnswersError, match="строка 3"):
        decode(body, "a.csv")
    assert decode("школа;а\nПрохладный;1\n".encode("cp1251"), "a.csv").startswith("школа")


def skipping():
    words = [Option(name="0", label="нет"), Option(name="1", label="да")]
    items = [
        Item(name="own", type="select_one", options="yn", scale="s"),
        Item(name="more", type="select_one", options="yn", scale="s", relevant="${own} = 1"),
        Item(name="why", type="text", relevant="${more} = 1"),
        Item(name="forms", type="select_multiple", options="forms"),
    ]
    forms = [Option(name=c, label=c) for c in "xyz"]
    scales = [Scale(name="s", label="s")]
    return Instrument(code="k", title="k", option_lists={"yn": words, "forms": forms}, items=items, scales=scales)


def test_four_states_are_counted_apart_and_add_up(tmp_path):
    path = write(tmp_path / "a.csv", "own,more,why,forms\n1,1,так,x z\n0,1,,x\n1,NA,,\n,,,z\n1,,,NA\n")
    found = run(skipping(), path)["items"]
    states = [(name, one["n"], one["missing"], one["not_applicable"], one["not_asked"]) for name, one in found.items()]
    # By hand: row 2 answered «more» off its path; row 4 has no «own», so «more» was not asked.
    assert states == [("own", 4, 1, 0, 0), ("more", 1, 1, 1, 2), ("why", 1, 0, 0, 4), ("forms", 3, 1, 1, 0)]
    assert found["forms"]["counts"] == {"x": 2, "y": 0, "z": 2}
    blank, _ = answers_of(read_table(path), skipping(), "blank")
    assert analyze(skipping(), blank, Request())["items"]["more"]["missing"] == 2


def test_no_figure_is_nan_and_every_null_has_its_reason(tmp_path):
    path = write(tmp_path / "a.csv", "own,more,why,forms\n1,1,,\n")
    document = run(skipping(), path)
    text = json.dumps(document, allow_nan=False)
    paths = {note["path"] for note in document["notes"]}

    def nulls(value, place):
        if value is None:
            yield place
        elif isinstance(value, dict):
            for key, part in value.items():
                yield from nulls(part, f"{place}.{key}" if place else key)

    figures = {key: part for key, part in document.items() if key != "notes"}
    missing = set(nulls(figures, ""))
    assert missing == paths
    assert all(note["reason"] for note in document["notes"])
    assert "NaN" not in text
    assert "Infinity" not in text


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (["1,5", "5,1", "2,4", "4,2"], "opposed"),
        (["1,5", "5,2", "2,4", "4,3"], "negative"),
        (["3,1", "3,2", "3,5"], "constant"),
        (["3,3", "3,3"], "no variance"),
        (["", "1,1"], "one"),
    ],
)
def test_degenerate_scales_give_null_with_a_reason_never_a_crash(tmp_path, rows, wanted):
    found = run(likert(["a", "b"]), write(tmp_path / "a.csv", "a,b\n" + "\n".join(r or "," for r in rows) + "\n"))
    alpha = found["scales"]["all"]["alpha"]
    if wanted == "opposed":  # perfectly opposed: the sum is constant, alpha does not exist
        assert alpha is None
    if wanted == "negative":  # by hand: variances 10/3 and 5/3, of the sum 1/3: 2 x (1 - 15) = -28
        assert alpha is None
        reasons = {note["path"]: note["reason"] for note in found["notes"]}
        assert "(−28,00)" in reasons["scales.all.alpha"]
    if wanted == "constant":
        assert alpha == pytest.approx(0)
        assert found["items"]["a"]["item_rest_r"] is None
    if wanted == "no variance":
        assert alpha is None
        assert found["scales"]["all"]["sd"] == 0
    if wanted == "one":
        assert found["scales"]["all"]["sd"] is None
        assert found["n"] == 2


def test_text_codes_count_but_do_not_average_and_are_refused_in_a_scale(tmp_path):
    options = {"c": [Option(name="yes", label="да"), Option(name="no", label="нет")]}
    item = Item(name="a", type="select_one", options="c")
    path = write(tmp_path / "a.csv", "a\nyes\n\nno\nyes\n")
    found = run(Instrument(code="c", title="c", option_lists=options, items=[item]), path)
    assert found["items"]["a"]["counts"] == {"yes": 2, "no": 1}
    assert found["items"]["a"]["missing"] == 1
    assert found["items"]["a"]["mean"] is None
    bad = Instrument(
        code="c",
        title="c",
        option_lists=options,
        items=[item.model_copy(update={"scale": "s"})],
        scales=[Scale(name="s", label="s")],
    )
    with pytest.raises(DefinitionError, match="не числа"):
        run(bad, path)


def grouped(tmp_path, sizes):
    rows = [f"{name},{place % 5 + 1},{(place * 7) % 5 + 1}" for name, size in sizes.items() for place in range(size)]
    return write(tmp_path / "a.csv", "school,a,b\n" + "\n".join(rows) + "\n")


def test_one_small_group_is_hidden_and_a_second_protects_it(tmp_path):
    found = run(likert(["a", "b"]), grouped(tmp_path, {"w": 4, "x": 30, "y": 6, "z": 8}), by="school")["groups"]
    assert [(one["value"], one["n"], one["suppressed"]) for one in found] == [
        ("w", 4, "primary"),
        ("x", 30, None),
        ("y", 6, "complementary"),
        ("z", 8, None),
    ]
    assert found[0]["scales"] is None
    assert found[2]["scales"] is None
    assert found[1]["scales"]["all"]["sd"] is not None
    assert found[3]["scales"]["all"]["mean"] is not None
    assert [found[3]["scales"]["all"][name] for name in ("sd", "ci95", "alpha")] == [None, None, None]


def test_two_small_groups_under_k_together_still_hide_a_third(tmp_path):
    found = run(likert(["a", "b"]), grouped(tmp_path, {"v": 2, "w": 2, "x": 9, "y": 6}), by="school")["groups"]
    assert [one["suppressed"] for one in found] == ["primary", "primary", None, "complementary"]


def test_population_by_group_lists_empty_groups_and_closes_a_census(tmp_path):
    path = grouped(tmp_path, {"x": 25, "y": 22})
    found = run(likert(["a", "b"]), path, population=60, by="school", people={"x": 25, "y": 30, "q": 5})
    groups = {one["value"]: one for one in found["groups"]}
    assert groups["q"]["n"] == 0
    assert groups["q"]["scales"] is None
    low, high = groups["x"]["scales"]["all"]["ci95"]
    assert math.isclose(low, high)  # all 25 of 25 answered: no sampling error
    assert groups["y"]["scales"]["all"]["ci95"][0] < groups["y"]["scales"]["all"]["ci95"][1]
    assert found["response_rate"] == pytest.approx(47 / 60)
