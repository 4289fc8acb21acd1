"""The expression language: one table of examples (also run in a browser), refusals, and safety of patterns."""

import contextlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.errors import ExpressionError
from surveys.expressions.syntax import evaluate, parse, truth, verdict

TABLE = json.loads((Path(__file__).parents[1] / "data" / "expressions.json").read_text(encoding="utf-8"))


def nothing(name):
    return None


@pytest.mark.parametrize("example", TABLE["examples"], ids=lambda example: example["expression"][:60])
def test_example_has_the_value_found_by_hand(example):
    expression = parse(example["expression"], columns=example.get("columns", False))
    value = evaluate(expression, TABLE["names"].__getitem__, example.get("this", ""), today=TABLE["today"])
    assert value == example["value"]
    assert isinstance(value, bool) == isinstance(example["value"], bool)


def test_tree_passes_through_json_unchanged():
    for example in TABLE["examples"]:
        tree = parse(example["expression"], columns=example.get("columns", False)).tree
        assert json.loads(json.dumps(tree)) == tree


def test_names_lists_what_the_expression_reads():
    expression = parse("${blk.SUB.share} >= 30 and not(selected(${levels}, 'НОО'))")
    assert expression.names == {"blk.SUB.share", "levels"}


@pytest.mark.parametrize(
    ("source", "place", "words"),
    [
        ("", 1, "оборвано"),
        ("1 +", 4, "оборвано"),
        ("(1", 3, "ожидается «)»"),
        ("1)", 2, "лишнее «)»"),
        ("${a} ${b}", 6, "лишнее"),
        ("a > 1", 1, "имя пункта пишется ${a}"),
        ("${a > 1", 1, "${имя}"),
        ("${a} == 1", 6, "вместо «==»"),
        ("${a} <> 1", 6, "вместо «<>»"),
        ("${a} && ${b}", 6, "вместо «&&»"),
        ("${a} / 2", 6, "div"),
        ("'нет кавычки", 1, "не закрыта кавычка"),
        ("${a} = ‘x’", 8, "типографские"),
        ("1 < 2 < 3", 7, "двойное сравнение"),
        ("eval('1')", 1, "неизвестная функция «eval»"),
        ("__import__('os')", 1, "неизвестная функция"),
        ("pulldata('f', 'a', 'b', 'c')", 1, "неизвестная функция «pulldata»"),
        ("if(1, 2)", 1, "аргументов: 3, а дано 2"),
        ("round(1, 2, 3)", 1, "от 1 до 2"),
        ("regex(., ${a})", 1, "в кавычках"),
        ("and 1", 1, "непонятное слово «and»"),
        ("/data/a", 1, "div"),
        ("lambda: 1", 7, "непонятный знак «:»"),
    ],
)
def test_bad_expression_is_refused_with_its_place(source, place, words):
    with pytest.raises(ExpressionError) as refused:
        parse(source)
    problem = refused.value.problems[0]
    assert problem.place == f"знак {place}"
    assert words in problem.text


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a|aa)+",
        "(a*)*b",
        "([a-z]+)*$",
        "a?" * 30 + "a" * 30,
        "a*a*a*a*a*a*b",
        "(a|a)" * 40,
        r"(.)\1",
        "(?=a)b",
        "[z-a]",
        "a{3,1}",
        "(",
        "a)",
        "*a",
        "a" * 600,
        "((((((((((((a))))))))))))",
    ],
)
def test_pattern_that_could_hang_or_differ_is_refused(pattern):
    with pytest.raises(ExpressionError):
        parse(f"regex(., '{pattern}')")


@pytest.mark.parametrize("pattern", ["a*a*b", "a*a*a*b", "(a|b)(a|b)c*d*", "[a-z]+[a-z]+[a-z]+!", "(a?b?c?d?)e*"])
def test_allowed_pattern_is_quick_on_the_worst_text(pattern):
    expression = parse(f"regex(., '{pattern}')")
    started = time.perf_counter()
    for text in ("a" * 1000, "a" * 200, "a" * 199 + "!", "a" * 100_000):
        evaluate(expression, nothing, text)
    assert time.perf_counter() - started < 60  # one that goes back over the text would take hours


def test_long_text_never_matches_a_pattern():
    expression = parse("regex(., 'a+')")
    assert truth(expression, nothing, "a" * 1000)
    assert not truth(expression, nothing, "a" * 1001)


@pytest.mark.parametrize("source", ["(" * 500, "not(" * 500 + "1" + ")" * 500, "1+" * 4999 + "1", "-" * 9999 + "1"])
def test_deep_or_long_expression_ends_quickly_and_without_a_crash(source):
    with contextlib.suppress(ExpressionError):
        assert evaluate(parse(source), nothing) is not None


def test_expression_over_the_length_limit_is_refused():
    with pytest.raises(ExpressionError, match="длиннее"):
        parse("1" * 10_001)


def test_unknown_condition_is_not_satisfied_and_neither_is_its_opposite():
    assert verdict(parse("${share} >= 30"), nothing) is None
    assert not truth(parse("${share} >= 30"), nothing)
    assert not truth(parse("not(${share} >= 30)"), nothing)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="${}a1.'\"()<=!>+-*, andordivmotif|[]\\", max_size=60))
def test_any_text_parses_or_is_refused_and_never_crashes(source):
    with contextlib.suppress(ExpressionError):
        value = evaluate(parse(source), {"a": "1"}.get)
        assert value == value  # never NaN
