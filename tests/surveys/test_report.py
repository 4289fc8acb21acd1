"""The report value: its structure, its words, and that nothing hidden gets into it."""

import json

import pytest

from surveys.disclosure.released import Change, ChoiceFigures, GroupFigures
from surveys.findings.finding import find
from surveys.findings.rules import load_rules
from surveys.report.build import build_report, measure_text
from surveys.report.details import precision_table
from surveys.report.document import Report
from surveys.report.tables import blocks_table, bounds_cell, changes_table, percent_cell
from surveys.report.texts import block_texts, coverage_warning, took_part
from tests.surveys.sample_released import SECRET, context, exact, questionnaire, released, settings

RULES = load_rules()


def report(scope: str = "municipality", **changes: object) -> Report:
    """A report with every finding accepted as a measure."""
    code = scope.removeprefix("school:")
    found = find(changes.get("released", released()), code, RULES, questionnaire())  # type: ignore[arg-type]
    given = {"findings": found, "measures": [measure_text(one) for one in found], "rules_sha256": RULES.sha256()}
    return build_report(context(scope, **{**given, **changes}))


def texts(value: Report, section: str) -> str:
    found = next(one for one in value.sections if one.id == section)
    return "\n".join(paragraph.text for paragraph in found.paragraphs).replace("\u00a0", " ")


def test_contract_has_the_stable_keys_and_plain_numbers():
    body = json.loads(json.dumps(report().contract(), allow_nan=False))
    assert list(body) == ["title", "wave", "scope", "snapshot", "sections", "tables", "measures"]
    assert (body["wave"], body["scope"], body["snapshot"]) == ("demo-baseline", "municipality", 3)
    assert set(body["measures"][0]) == {
        "finding",
        "recommendation",
        "roadmap_items",
        "responsible",
        "deadline",
        "planned_result",
        "measure_of_success",
    }
    blocks = next(table for table in body["tables"] if table["id"] == "blocks")
    low = next(row for row in blocks["rows"] if row[0] == "Работа с неуспевающими обучающимися")
    # 87 answered, mean 45.1, need 61.9, 44 teachers, 44 / 87 * 100 unrounded
    assert low[1:5] == [87, 45.1, 61.9, 44]
    assert low[5] == pytest.approx(50.57471264, abs=1e-8)
    assert {code for section in body["sections"] for code in section["tables"]} == {one["id"] for one in body["tables"]}


def test_whole_value_survives_storage():
    value = report()
    assert Report.model_validate_json(value.model_dump_json()) == value


def test_order_of_sections():
    assert [section.id for section in report().sections] == [
        "basis",
        "coverage",
        "main",
        "participation",
        "blocks",
        "schools",
        "items",
        "need",
        "help",
        "measures",
        "conclusions",
        "measures-rest",
        "findings",
        "method",
        "snapshot",
    ]


def test_hidden_figures_are_words_in_their_cells():
    rows = {row.key: [cell.value for cell in row.cells] for row in report().table("schools-share").rows}
    assert set(rows["demo4"][1:]) == {"скрыто: менее 5 ответов"}
    assert set(rows["demo5"][1:]) == {"скрыто для защиты соседней группы"}
    assert rows["demo3"][1] == "80\u00a0% и более"
    assert rows["demo3"][9] == "не менее 8 из\u00a012"
    assert rows["demo1"][8] == "менее 5 из\u00a025"
    assert rows["demo1"][1] == pytest.approx(36.0)  # 9 of 25


@pytest.mark.parametrize("scope", ["municipality", "school:demo4", "school:demo5"])
def test_figures_that_are_hidden_never_enter_the_report(scope):
    assert str(SECRET) not in report(scope).model_dump_json()
    assert "13,6" not in report(scope).model_dump_json()


def test_a_shown_figure_does_enter_the_report():
    assert "45.1" in report("school:demo1").model_dump_json()


def test_low_coverage_is_said_first():
    whole = report()
    for section in ("coverage", "main", "conclusions"):
        assert texts(whole, section).startswith("Выводы предварительные: охват ниже 80 % (87 из 111 учителей, 78,4 %).")
    assert texts(report("school:demo1"), "coverage").startswith("В анкетировании приняли участие 25 из 27 учителей")


def test_main_page_has_strengths_deficits_and_at_most_seven_measures():
    lines = texts(report(), "main").splitlines()
    strengths, deficits, measures = (lines.index(title) for title in ("Сильные стороны", "Дефициты", "Меры"))
    assert deficits - strengths - 1 == 3
    assert measures - deficits - 1 == 6  # five blocks under the sentence that is true of all
    assert 5 <= len(lines) - measures - 1 <= 7
    assert lines[deficits + 2] == (
        "«Работа с неуспевающими обучающимися» — у 44 из 87 учителей (51 %); средняя освоенность 45,1, запрос помощи "
        "61,9 из 100."
    )


def test_equal_measures_of_several_schools_are_joined_and_the_schools_named():
    found = [one for code in ("demo1", "demo3") for one in find(released(), code, RULES, questionnaire())]
    own = find(released(), "municipality", RULES, questionnaire())
    given = [measure_text(one, with_scope=True) for one in [*own, *found]]
    lines = texts(report(measures=given), "main")
    lead = "Направить учителей на курсы по обучению детей с ОВЗ; скорректировать заявку на курсы повышения квалификации"
    assert lines.count(f"{lead}: ") <= 1
    assert "отв. — руководитель ОУ; Школа № 1" in lines
    rows = report(measures=given).table("measures").rows
    labels = {str(row.cells[0].value).split(":")[0] for row in rows if str(row.cells[0].value).startswith("Школа")}
    assert labels <= {"Школа № 1", "Школа № 3"}
    assert labels
    assert not any(str(row.cells[0].value).startswith("Демонстрационный") for row in rows)


def test_measures_beyond_seven_stand_in_an_appendix():
    value = report()
    main, rest = (len(value.table(code).rows) for code in ("measures", "measures-rest"))
    assert main + rest == len(value.measures) == 10
    assert main == 7
    alone = report("school:demo1", measures=[one for one in report("school:demo1").measures if one.rule == "Q-LOW-S"])
    assert "measures-rest" not in {table.id for table in alone.tables}


def test_school_without_results_has_no_figures_but_says_why():
    value = report("school:demo4")
    assert {table.id for table in value.tables} == {"coverage", "measures", "findings"}
    assert "Анкету заполнили менее 5 учителей" in texts(value, "main")
    assert value.figures == []


def test_careful_words():
    everything = report().model_dump_json()
    assert "не владе" not in everything
    assert "сообщил" in everything
    assert "вызвано" not in everything


def test_equal_data_equal_text_and_other_data_other_text():
    assert report() == report()
    whole = released()
    scales = [
        one.model_copy(update={"deficit": exact(50, 87), "mean": 39.9, "level": "high"}) if one.scale == "COM" else one
        for one in whole.municipality.scales
    ]
    other = whole.model_copy(update={"municipality": whole.municipality.model_copy(update={"scales": scales})})
    changed = report(released=other)
    assert texts(changed, "main") != texts(report(), "main")
    assert "«Общение с родителями, обучающимися и коллегами» — у 50 из 87 учителей (57 %)" in texts(changed, "main")


def test_block_with_a_systemic_deficit_is_no_strength_even_with_a_high_mean():
    whole = released()
    scales = [
        one.model_copy(update={"deficit": exact(30, 87)}) if one.scale == "COM" else one
        for one in whole.municipality.scales
    ]
    other = whole.model_copy(update={"municipality": whole.municipality.model_copy(update={"scales": scales})})
    before, after = (texts(value, "main").split("Дефициты")[0] for value in (report(), report(released=other)))
    assert "«Общение с родителями" in before
    assert "«Общение с родителями" not in after


def test_only_questions_about_help_stand_among_forms_of_help():
    whole = released()
    subjects = ChoiceFigures(item="C01", n=87, options={"1": exact(20, 87)})
    obstacles = ChoiceFigures(item="C15", n=80, options={"1": exact(44, 80)})
    group = whole.municipality.model_copy(update={"choices": [subjects, obstacles, *whole.municipality.choices]})
    value = report(released=whole.model_copy(update={"municipality": group}))
    assert next(one for one in value.sections if one.id == "help").tables == ["choice-C13", "choice-C15"]


def test_figure_follows_the_table_it_draws():
    value = report()
    blocks = next(section for section in value.sections if section.id == "blocks")
    assert [part.id for part in value.parts(blocks)] == ["blocks", "blocks-bars", "levels"]


def test_without_measures_the_document_says_so():
    value = report(measures=[])
    assert "Принятых мер и предложений по правилам нет" in texts(value, "main")
    assert value.contract()["measures"] == []


def test_edited_section_keeps_the_persons_words_and_is_marked():
    value = report(edits={"conclusions": ["Рабочей группе рассмотреть справку."]})
    section = next(one for one in value.sections if one.id == "conclusions")
    assert [(one.text, one.edited) for one in section.paragraphs] == [("Рабочей группе рассмотреть справку.", True)]


def test_common_deficits_need_three_schools():
    assert "Общих дефицитов (в трёх школах и более) не выявлено" in texts(report(), "schools")
    whole = released()
    schools = []
    for school in whole.schools:
        scales = [one.model_copy(update={"deficit": exact(10, 30), "n": 30}) for one in school.scales]
        schools.append(school if school.hidden else school.model_copy(update={"scales": scales}))
    shared = whole.model_copy(update={"schools": schools})
    assert "«Проектирование и проведение урока»: Школа № 1, Школа № 2 и Школа № 3" in texts(
        report(released=shared), "schools"
    )


def test_every_figure_names_its_table_and_has_alt_text_with_the_same_words():
    value = report()
    assert [figure.id for figure in value.figures] == ["blocks-bars", "need-quadrants", "choice-C13-bars"]
    for figure in value.figures:
        assert figure.table in {table.id for table in value.tables}
        assert all(words in figure.alt for words in figure.printed)


def test_marks_follow_the_settings():
    assert report().marks == ["Демонстрационные данные"]
    plain = build_report(context(settings=type(settings())()))
    assert plain.marks == ["Проект"]


def test_unknown_school_is_an_error():
    with pytest.raises(KeyError):
        build_report(context("school:nowhere"))


@pytest.mark.parametrize(
    ("n", "words"),
    [(25, "по всем 25"), (15, "Выводы предварительные"), (12, "для сведения, выводы не делаются")],
    ids=["census", "under 80 percent", "under 50 percent"],
)
def test_coverage_is_worded_by_how_many_answered(n, words):
    group = GroupFigures(code="a", label="Школа", population=25, n=n, rate=n / 25)
    text = (coverage_warning(group, 5) or took_part(group)).replace("\u00a0", " ")
    assert words in text


def test_block_that_changed_between_versions_is_called_incomparable():
    instrument = questionnaire()
    changes = [Change(scale=instrument.scales[0].name, matched=None, comparable=False)]
    table = changes_table(changes, instrument, 5, "анкета")
    assert {cell.printed for cell in table.rows[0].cells[1:]} == {"несопоставимо: вопросы блока изменились"}


def test_precision_stands_in_the_appendix_and_a_census_has_no_interval():
    value = report()
    table = {one.id: one for one in value.tables}["precision"]
    assert {one.id: one.tables for one in value.sections}["method"] == ["precision"]
    group = released().municipality
    one = group.scales[0].model_copy(update={"sd": 12.5, "ci95": (60.04, 65.16), "alpha": 0.844})
    few, everybody = (
        precision_table(group.model_copy(update={"scales": [one], "population": people}), questionnaire(), "s")
        for people in (one.n + 9, one.n)
    )
    assert [cell.printed for cell in few.rows[0].cells[3:]] == ["12,5", "60,0–65,2", "0,84"]
    assert everybody.rows[0].cells[4].printed == f"по всем {one.n}"
    assert any("ошибки выборки нет" in note for note in everybody.notes)
    assert len(table.rows) == sum(one.sd is not None for one in group.scales)


def test_wanted_help_stands_beside_its_n():
    group = released().group("demo1")
    first, second, *_ = group.scales
    scales = [first.model_copy(update={"need_n": 21}), second.model_copy(update={"need": None}), *group.scales[2:4]]
    scales[3] = scales[3].model_copy(update={"hidden": "complementary"})
    table = blocks_table(group.model_copy(update={"scales": scales}), questionnaire(), 5, "s")
    place = [column.title for column in table.columns].index("n для\u00a0N")
    assert [row.cells[place].value for row in table.rows[:2]] == [21, "не приводится"]
    assert {len(row.cells) for row in table.rows} == {len(table.columns)}
    most = group.scales[3].model_copy(update={"need_n": 19})  # 61,9 is the greatest
    words = block_texts(group.model_copy(update={"scales": [first, most]}), questionnaire())[1].text
    assert words.replace("\u00a0", " ").endswith("средний запрос 61,9 из 100 (n = 19).")
    assert "n для\u00a0N" not in [column.title for column in blocks_table(group, questionnaire(), 5, "s").columns]


def test_tables_say_answered_seen_and_all():
    tables = {table.id: table for table in report().tables}
    rows = {row.key: row.cells[2].printed for row in tables["items"].rows}
    assert rows["ICT02"] == "86\u00a0/ 87\u00a0/ 87"
    for name in ("blocks", "levels", "need"):
        assert any(note.startswith("Ответили / видели / всего") for note in tables[name].notes), name


def test_share_of_a_school_where_few_answered_stands_beside_its_bounds():
    share = exact(11, 25).model_copy(update={"worst_case": (27.5, 65.0)})  # by hand: 11 and 26 of 40
    assert percent_cell(share, 5, of=True).printed == "44\u00a0% (11\u00a0из\u00a025); возможно 28–65\u00a0%"
    assert bounds_cell(share).printed == "28–65"
    assert bounds_cell(exact(11, 25)).printed == "—"
