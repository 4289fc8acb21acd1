"""Official Russian: over 300 golden phrases.

The hand-written ones are in tests/data/russian.json; for every number from 0 to 125 the expected form is told by a rule
written out here a second time, by the last digits as a school-book says it.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from surveys import russian
from surveys.disclosure.released import Share
from surveys.printing import at_whom_words, reported_words, share_of_words

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "russian.json").read_text(encoding="utf-8"))
NBSP = "\u00a0"


def cases(name: str) -> list[list[object]]:
    return GOLDEN[name]


def last_digits(number: int) -> str:
    """one: ends in 1 but not 11; few: in 2, 3, 4 but not 12, 13, 14; many: the rest."""
    text = f"{number:03d}"
    if text.endswith(("11", "12", "13", "14")):
        return "many"
    return {"1": "one", "2": "few", "3": "few", "4": "few"}.get(text[-1], "many")


@pytest.mark.parametrize("row", cases("count"), ids=lambda row: f"{row[0]} {row[1]} {row[2]}")
def test_noun_and_adjective_agree_with_number(row):
    number, noun, case, adjective, expected = row
    assert russian.count(number, noun, case, adjective).replace(NBSP, "~") == expected


@pytest.mark.parametrize("row", cases("counted_words"), ids=lambda row: f"{row[0]} {row[1]} {row[2]}")
def test_small_numbers_are_words_in_their_case(row):
    assert russian.counted_words(*row[:-1]).replace(NBSP, "~") == row[-1]


@pytest.mark.parametrize("name", ["part_of", "number_text", "percent", "tie", "join", "quote", "items_text"])
def test_hand_written_phrases(name):
    for row in cases(name):
        assert getattr(russian, name)(*row[:-1]).replace(NBSP, "~") == row[-1], row


@pytest.mark.parametrize("name", ["date_long", "date_short", "period"])
def test_dates_as_the_order_writes_them(name):
    for row in cases(name):
        days = [date.fromisoformat(text) for text in row[:-1]]
        assert getattr(russian, name)(*days).replace(NBSP, "~") == row[-1], row


@pytest.mark.parametrize("number", range(126))
def test_every_number_to_125_in_a_sentence(number):
    kind = last_digits(number)
    teacher = {"one": "учитель", "few": "учителя", "many": "учителей"}[kind]
    verb = "сообщил" if kind == "one" else "сообщили"
    of = "учителя" if kind == "one" else "учителей"
    school = "школе" if kind == "one" else "школах"
    assert f"{verb} {number}{NBSP}{teacher}" == (
        f"{russian.verb(number, 'сообщил', 'сообщили')} {russian.count(number, 'учитель')}"
    )
    assert russian.part_of(number, number, "учитель") == f"{number} из{NBSP}{number}{NBSP}{of}"
    assert f"в {russian.count(number, 'школа', 'pre')}" == f"в {number}{NBSP}{school}"


@pytest.mark.parametrize("number", range(5, 121))
def test_reported_share_agrees_with_its_number(number):
    total = 125
    percent = int(100 * number / total + 0.5)
    verb = "сообщил" if last_digits(number) == "one" else "сообщили"
    share = Share(kind="exact", n=total, count=number, percent=100 * number / total)
    assert reported_words(share) == f"{verb} {number} из{NBSP}125{NBSP}учителей ({percent}{NBSP}%)"


@pytest.mark.parametrize(
    ("share", "cell", "reported", "at_whom"),
    [
        (
            Share(kind="exact", n=25, count=11, percent=44.0),
            "11 из~25 (44~%)",
            "сообщили 11 из~25~учителей (44~%)",
            "у~11 из~25~учителей (44~%)",
        ),
        (
            Share(kind="below", n=25, bound=5),
            "менее 5 из~25",
            "сообщили менее 5 из~25~учителей",
            "менее чем у~5 из~25~учителей",
        ),
        (
            Share(kind="at_least", n=25, bound=21),
            "не менее 21 из~25",
            "сообщили не менее 21 из~25~учителей",
            "не менее чем у~21 из~25~учителей",
        ),
        (Share(kind="band_high", n=12), "80~% и более", "сообщили 80~% и более учителей", "у~80~% и более учителей"),
        (Share(kind="band_low", n=12), "20~% и менее", "сообщили 20~% и менее учителей", "у~20~% и менее учителей"),
        (Share(kind="hidden", n=None, hidden="primary"), "скрыто: менее 5 ответов", None, None),
        (Share(kind="hidden", n=None, hidden="complementary"), "скрыто для защиты соседней группы", None, None),
        (None, "не приводится", None, None),
    ],
    ids=["exact", "below", "at least", "80 and more", "20 and less", "hidden", "hidden neighbour", "absent"],
)
def test_bounded_and_hidden_shares_are_words(share, cell, reported, at_whom):
    printed = [share_of_words(share), reported_words(share), at_whom_words(share)]
    assert [text and text.replace(NBSP, "~") for text in printed] == [cell, reported, at_whom]
