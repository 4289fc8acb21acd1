"""Reading the words of a plan's table: the order's own 26 items are the yardstick, read by hand into its file."""

import pytest

from surveys.roadmap.plan import RoadmapItem, load_roadmap
from surveys.roadmap.plan_table import read_addressees, read_deadline, tidy_rows

ORDER = load_roadmap()
PEOPLE = [(person.key, person.name) for person in ORDER.people]


@pytest.mark.parametrize("item", ORDER.items, ids=[item.number for item in ORDER.items])
def test_words_of_the_order_are_read_as_a_person_read_them(item: RoadmapItem) -> None:
    read, kept = read_deadline(item.deadline.text, 2020), item.deadline
    for name in ("text", "kind", "date", "month", "month_end", "condition", "applies", "by_separate_schedule"):
        assert getattr(read, name) == getattr(kept, name), name
    who = read_addressees(item.responsible, PEOPLE)
    assert (who.keys, who.unknown, who.persons) == (item.responsible_keys, "", ())


@pytest.mark.parametrize(
    ("text", "kind", "bounds"),
    [
        ("не позднее 15.09.2021", "date", "2021-09-15"),
        ("2021-09-15", "date", "2021-09-15"),
        ("с 1 по 30 марта", "date", "2020-03-30"),
        ("IV квартал", "month", "2020-10 2020-12"),
        ("I-II квартал 2021 г.", "month", "2021-01 2021-06"),
        ("в марте", "month", "2020-03 2020-03"),
        ("в мае", "month", "2020-05 2020-05"),
        ("декабрь – январь", "month", "2020-12 2021-01"),
        ("декабрь - январь 2021", "month", "2020-12 2021-01"),
        ("2 полугодие", "month", "2020-07 2020-12"),
        ("ежемесячно", "ongoing", ""),
        ("до 30 февраля", "none", ""),
        ("как получится", "none", ""),
        ("", "none", ""),
    ],
)
def test_other_usual_wordings(text: str, kind: str, bounds: str) -> None:
    read = read_deadline(text, 2020)
    shown = read.date.isoformat() if read.date else " ".join(part for part in (read.month, read.month_end) if part)
    assert (read.kind, shown) == (kind, bounds)


def test_unknown_person_gets_a_key_and_unknown_words_are_told() -> None:
    who = read_addressees("Шогенова А.Б., директора школ, волонтёры", PEOPLE)
    assert who.keys == ["person-шогеноваАБ".lower(), "school_heads"]
    assert who.persons == (("person-шогеновааб", "Шогенова А.Б."),)
    assert who.unknown == "волонтёры"


def test_lost_zero_of_a_number_is_found_again() -> None:
    cells = [(3 + at, [f"3.{at}", "Дело", "Кто", "постоянно", ""]) for at in range(1, 10)]
    rows, notes = tidy_rows([*cells, (13, ["3.1", "Десятое", "Кто", "постоянно", ""])])
    assert [row.number for row in rows][-2:] == ["3.9", "3.10"]
    assert "принят за 3.10" in notes[0]


def test_section_stands_alone_in_its_row() -> None:
    rows, _notes = tidy_rows([(2, ["1. Анализ перечня", "", "", "", ""]), (3, ["1.1.", "Дело", "Кто", "май", ""])])
    assert [(row.number, row.title, row.is_section) for row in rows] == [
        ("1", "Анализ перечня", True),
        ("1.1", "Дело", False),
    ]
