"""What several schools have in common is said once; each school stands with its own figure."""

import pytest

from surveys.report.document import MeasureText
from surveys.report.grounds import joined_findings
from surveys.report.measures import count_steps, main_measures, responsible_of

ORDER = ["Верхнее", "Озёрное № 1", "Речное"]
PLURAL = {"Руководитель ОУ": "Руководители ОУ"}


def measure(
    finding: str, label: str = "", responsible: str = "Руководитель ОУ", steps: str = "Собрать план"
) -> MeasureText:
    return MeasureText(
        finding=finding,
        recommendation=steps,
        roadmap_items=["3.10"],
        responsible=responsible,
        deadline="30 дней",
        planned_result="План",
        measure_of_success="План есть",
        scope_label=label,
    )


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        (
            {
                "Речное": "Доля «2» — 5,6 %; без аттестата — 0,0 %",
                "Верхнее": "Доля «2» — 11,7 %; без аттестата — 0,0 %",
            },
            "Доля «2»: Верхнее — 11,7 %, Речное — 5,6 %; без аттестата — 0,0 %",
        ),
        (
            {
                "Верхнее": "О затруднениях сообщил 21 из 32 учителей",
                "Речное": "О затруднениях сообщили 9 из 24 учителей",
            },
            "О затруднениях сообщили: Верхнее — 21 из 32 учителей, Речное — 9 из 24 учителей",
        ),
        (
            {"": "О затруднениях сообщили 57 из 89", "Речное": "О затруднениях сообщил 21 из 32"},
            "О затруднениях сообщили 57 из 89; в том числе: Речное — 21 из 32",
        ),
        (
            {"Верхнее": "Доля детей, которым трудно, — 15 %", "Речное": "Доля детей, которым трудно, — 17 %"},
            "Доля детей, которым трудно: Верхнее — 15 %, Речное — 17 %",
        ),
        (
            {"Верхнее": "Охват — 79 % (19 из 24), ниже нужного", "Речное": "Охват — 78 % (14 из 18), ниже нужного"},
            "Охват: Верхнее — 79 % (19 из 24), ниже нужного; Речное — 78 % (14 из 18), ниже нужного",
        ),
        ({"Верхнее": "Программа: проект", "Речное": "Программа: проект"}, "Верхнее и Речное: программа: проект"),
        (dict.fromkeys(ORDER, "Программы нет"), "Все школы: программы нет"),
        ({"Верхнее": "Приказа нет", "Речное": "Сведений нет"}, "Верхнее: приказа нет; Речное: сведений нет"),
        ({"Речное": "Приказа нет"}, "Речное: приказа нет"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_schools_stand_with_their_figures_under_common_words(findings: dict[str, str], expected: str):
    found = [measure(text, label) for label, text in findings.items()]
    assert joined_findings(found, "Район", ORDER) == expected


def test_one_school_has_a_head_and_several_have_heads():
    one, other = measure("Нет", "Верхнее"), measure("Нет", "Речное")
    assert responsible_of([one], PLURAL) == "Руководитель ОУ"
    assert responsible_of([one, other], PLURAL) == "Руководители ОУ"


def test_measure_asked_of_several_schools_is_counted_once():
    asked = [measure("Нет", label) for label in ORDER] + [measure("Мало", "", "Руководители ОУ")]
    assert count_steps(asked, PLURAL) == 1
    assert count_steps([*asked, measure("Нет", "Верхнее", steps="Обучить")], PLURAL) == 2


def test_main_page_tells_where_the_other_measures_are_and_that_all_schools_are_meant():
    asked = [measure("Нет", label) for label in ORDER] + [measure("Нет", "Верхнее", steps="Обучить")]
    (line,) = main_measures(asked, "Район", PLURAL, ORDER)
    said = line.text.replace("\u00a0", " ")
    assert said == "Собрать план (п. 3.10; отв. — руководители ОУ; все школы; ещё 1 мера — в приложении)."


def test_bracketed_remark_does_not_stand_before_the_brackets_of_a_line():
    (line,) = main_measures([measure("Нет", steps="Утвердить порядок (выдача устройств); подключить")], "Район")
    assert line.text.startswith("Утвердить порядок (п.")
