"""``compare``: the same persons before and after, against R's paired t-test."""

import csv
import json
from pathlib import Path

import pytest

from surveys.answers.columns import answers_of
from surveys.answers.reading import check_ids, read_table
from surveys.definition.instrument import Instrument, Item, Option, Scale
from surveys.statistics.compare import compare

DATA = Path(__file__).parents[1] / "data" / "answers"


def expected(name):
    return json.loads((DATA / "expected" / f"{name}.json").read_text(encoding="utf-8"))


def stages(tmp_path, source, split):
    """Two files from one wide table: ``split`` maps a stage to {item: column}."""
    with (DATA / source).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    paths = []
    for stage, columns in split.items():
        path = tmp_path / f"{stage}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", *columns])
            writer.writerows([row["id"], *(row[column] for column in columns.values())] for row in rows)
        paths.append(path)
    return paths


def run(instrument, before, after):
    tables = [read_table(path) for path in (before, after)]
    sets = [answers_of(table, instrument)[0] for table in tables]
    return compare(instrument, sets[0], sets[1], *[list(table.columns["id"]) for table in tables])


def test_anxiety_before_and_after_agrees_with_r(tmp_path):
    want = expected("sai_AGES_prepost")
    items, pair = want["pair_items"], want["pairs"]["scale"]
    instrument = Instrument(
        code="sai",
        title="sai",
        option_lists={"p": [Option(name=str(code), label=str(code)) for code in range(1, 5)]},
        items=[
            Item(name=name, type="select_one", options="p", scale="s", reverse=name in want["reverse"])
            for name in items
        ],
        scales=[Scale(name="s", label="s")],
    )
    split = {stage: {name: f"{name}.{stage}" for name in items} for stage in ("pre", "post")}
    found = run(instrument, *stages(tmp_path, "sai_AGES_prepost.csv", split))["scales"]["s"]
    # R's score is a mean of 1-4; POMP is (score - 1) x 100 / 3.
    assert found["matched"] == pair["n_pairs"]
    assert found["before"] == pytest.approx((pair["before"] - 1) * 100 / 3, rel=1e-6)
    assert found["change"] == pytest.approx(pair["change"] * 100 / 3, rel=1e-6)
    assert found["sd_change"] == pytest.approx(pair["sd"] * 100 / 3, rel=1e-6)
    assert found["ci95"] == pytest.approx([end * 100 / 3 for end in pair["ci95"]], rel=1e-6)
    assert [found[key] for key in ("improved", "same", "worse")] == [pair["improved"], pair["same"], pair["worse"]]


def sleep():
    items = [Item(name="extra", type="decimal", scale="s", constraint=". >= -10 and . <= 10")]
    return Instrument(code="sleep", title="sleep", items=items, scales=[Scale(name="s", label="s")])


def test_sleep_agrees_with_r_paired_t_test(tmp_path):
    pair = expected("sleep_prepost")["pairs"]["extra"]
    before, after = stages(tmp_path, "sleep_prepost.csv", {"b": {"extra": "pre"}, "a": {"extra": "post"}})
    found = run(sleep(), before, after)["scales"]["s"]
    assert found["change"] == pytest.approx(pair["change"] * 5, rel=1e-6)  # 20 points wide: one hour is 5 percent
    assert found["ci95"] == pytest.approx([end * 5 for end in pair["ci95"]], rel=1e-6)
    assert [found[key] for key in ("improved", "same", "worse")] == [9, 1, 0]


def test_drop_out_is_normal_and_all_means_are_kept_apart(tmp_path):
    before, after = tmp_path / "b.csv", tmp_path / "a.csv"
    before.write_text("id,extra\n1,0\n2,2\n3,10\n", encoding="utf-8")
    after.write_text("id,extra\n2,4\n1,1\n4,-10\n5,\n", encoding="utf-8")
    found = run(sleep(), before, after)
    assert (found["n_before"], found["n_after"], found["matched"]) == (3, 4, 2)
    # By hand, percent of -10..10: before 50, 60, 100; after 70 (person 2), 55 (person 1), 0 (person 4).
    scale = found["scales"]["s"]
    assert scale["change"] == pytest.approx(7.5)
    assert scale["all_before"] == pytest.approx(70)
    assert scale["all_after"] == pytest.approx(125 / 3)


def test_empty_and_repeated_identifiers_are_named(tmp_path):
    path = tmp_path / "b.csv"
    path.write_text("id,extra\n1,0\n,2\n1,10\n", encoding="utf-8")
    lines = [str(problem) for problem in check_ids(read_table(path), "id", required=True)]
    assert lines[0].startswith("строка 3, столбец id")
    assert "уже стоит в строке 2" in lines[1]


def test_nobody_matched_gives_nulls_with_reasons(tmp_path):
    before, after = tmp_path / "b.csv", tmp_path / "a.csv"
    before.write_text("id,extra\n1,0\n", encoding="utf-8")
    after.write_text("id,extra\n2,0\n", encoding="utf-8")
    found = run(sleep(), before, after)
    assert found["scales"]["s"]["change"] is None
    assert {note["path"] for note in found["notes"]} >= {"scales.s.change", "scales.s.ci95"}
