"""The plan of the order of 20.05.2020 № 204: whole, verbatim, with typed deadlines."""

import datetime
import hashlib
from collections import Counter

import pytest

from surveys.errors import DefinitionError
from surveys.roadmap.plan import Deadline, load_roadmap


@pytest.fixture(scope="module")
def roadmap():
    return load_roadmap()


def test_plan_has_26_items_in_4_sections_5_schools_and_4_duties(roadmap):
    assert [len(roadmap.section_items(number)) for number in "1234"] == [1, 2, 19, 4]
    assert (len(roadmap.items), len(roadmap.schools), len(roadmap.obligations)) == (26, 5, 4)


def test_texts_are_those_of_the_order(roadmap):
    # sha256 of number, title, responsible, deadline and result of all items, taken from the transcription of the order
    texts = [
        text
        for item in roadmap.items
        for text in (item.number, item.title, item.responsible, item.deadline.text, item.planned_result)
    ]
    expected = "c122aa81455b01cddbec34233952c837f35aea725d4c107121b3d7aa5612b0c6"
    assert hashlib.sha256("\n".join(texts).encode()).hexdigest() == expected
    assert roadmap.item("3.4").responsible == "Специалисты УО\nРуководители ОУ"
    assert roadmap.item("4.1").deadline.text == "Октябрь- ноябрь 2020"


def test_deadlines_are_of_the_order_s_kinds(roadmap):
    # counted by hand in the order: dates 1.1 2.2 3.1-3.3 3.5 3.6 3.8 3.9 3.14; by schedule 2.1 3.12 3.19
    kinds = Counter(item.deadline.kind for item in roadmap.items)
    assert kinds == {"date": 10, "by_schedule": 3, "on_receipt": 2, "ongoing": 5, "month": 6}
    assert Counter(duty.deadline.kind for duty in roadmap.obligations) == {"none": 2, "date": 1, "ongoing": 1}


@pytest.mark.parametrize(
    ("number", "day"),
    [("3.9", (2020, 6, 20)), ("3.15", (2021, 1, 31)), ("4.1", (2020, 11, 30)), ("4.3", (2020, 12, 31)), ("3.10", None)],
)
def test_last_day_of_an_item(roadmap, number, day):
    assert roadmap.item(number).deadline.last_day() == (datetime.date(*day) if day else None)


def test_item_for_heads_of_schools_is_done_school_by_school(roadmap):
    assert roadmap.is_per_school(roadmap.item("3.9"))
    assert not roadmap.is_per_school(roadmap.item("3.3"))


def test_date_without_a_day_is_refused():
    with pytest.raises(ValueError, match="дата нужна"):
        Deadline(kind="date", text="до 31 мая")


def test_bad_roadmap_names_every_problem(tmp_path):
    bad = tmp_path / "plan.toml"
    bad.write_text(
        'people = []\nroles = []\nschools = []\nsections = []\n[[items]]\nnumber = "1.1"\n', encoding="utf-8"
    )
    with pytest.raises(DefinitionError) as refused:
        load_roadmap(bad)
    lines = refused.value.lines()
    assert "plan.toml: document: не указано обязательное поле" in lines
    assert "plan.toml: items[0].deadline: не указано обязательное поле" in lines


def test_faults_of_shape_and_of_sense_are_told_together(tmp_path):
    from surveys.definition.instrument import PACKAGED

    text = (PACKAGED / "roadmap_2020.toml").read_text(encoding="utf-8")
    first, second = [part.split("\n", 1)[0] for part in text.split("[[items]]\nnumber = ")[1:3]]
    text = text.replace(f"number = {second}\n", f"number = {first}\n", 1).replace(
        'kind = "on_receipt"', 'kind = "soon"'
    )
    text = text.replace('responsible_keys = ["zolko"]', 'responsible_keys = ["nobody"]')
    bad = tmp_path / "plan.toml"
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_roadmap(bad)
    lines = refused.value.lines()
    assert f"plan.toml: items[1].number: «{first.strip(chr(34))}» встречается не один раз" in lines
    assert sum("нет человека или роли «nobody»" in line for line in lines) == text.count('"nobody"')
    assert sum("недопустимое значение «soon»" in line for line in lines) == 2
    assert len(lines) == 3 + text.count('"nobody"'), lines


def test_section_whose_number_does_not_read_makes_no_item_homeless(tmp_path):
    from surveys.definition.instrument import PACKAGED

    text = (PACKAGED / "roadmap_2020.toml").read_text(encoding="utf-8")
    bad = tmp_path / "plan.toml"
    bad.write_text(text.replace('[[sections]]\nnumber = "1"', "[[sections]]\nnumber = 1"), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_roadmap(bad)
    assert refused.value.lines() == ["plan.toml: sections[0].number: здесь должен быть текст в кавычках"]


def test_unknown_responsible_is_refused(tmp_path, roadmap):
    from surveys.definition.instrument import PACKAGED

    text = (PACKAGED / "roadmap_2020.toml").read_text(encoding="utf-8")
    bad = tmp_path / "plan.toml"
    bad.write_text(text.replace('responsible_keys = ["zolko"]', 'responsible_keys = ["nobody"]'), encoding="utf-8")
    with pytest.raises(DefinitionError, match="нет человека или роли «nobody»"):
        load_roadmap(bad)
