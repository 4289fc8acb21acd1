"""Commands that load the order and take files in: status 2 and one line a problem for bad input, nothing changed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.extensions import db
from app.models import Event, InstrumentVersion, Participation, Person, RoadmapItem, School, Submission
from app.plan.marks import change_state
from app.plan.plans import current_plan
from surveys.definition import instrument as definition
from surveys.roadmap.plan import load_roadmap
from tests.app.roadmap_world import state_of
from tests.app.rooms_world import add_definitions, add_next_plan, add_plan, add_wave, person
from tests.conftest import empty_tables

DOCS = Path(__file__).parent.parent.parent / "docs" / "import"


@pytest.fixture
def bare(bare_app: Flask) -> Iterator[Flask]:
    """The application on empty tables."""
    with bare_app.app_context():
        empty_tables()
        db.session.remove()
        yield bare_app
        db.session.remove()


def run(app: Flask, *words: str) -> Any:
    db.session.remove()
    return app.test_cli_runner().invoke(args=list(words))


def test_start_loads_the_order_once(bare: Flask) -> None:
    assert run(bare, "start").exit_code == 0
    again = run(bare, "start")
    assert again.exit_code == 2
    assert "уже загружен" in again.stderr
    assert db.session.scalar(db.select(db.func.count(School.id))) == 5
    assert db.session.scalar(db.select(db.func.count(Person.id))) == 0
    assert set(db.session.scalars(db.select(InstrumentVersion.code))) == {"teacher_deficits", "school_card"}


@pytest.mark.parametrize("command", ["start", "demo"])
def test_damaged_packaged_file_loads_nothing(
    bare: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    packaged = shutil.copytree(definition.PACKAGED, tmp_path / "instruments")
    text = (packaged / "teacher_deficits_v1.toml").read_text()
    damaged = text.replace('type = "select_one"', 'type = "slider"', 2)
    assert damaged != text
    (packaged / "teacher_deficits_v1.toml").write_text(damaged)
    monkeypatch.setattr(definition, "PACKAGED", packaged)
    result = run(bare, command)
    assert result.exit_code == 2
    assert result.stderr.count("teacher_deficits_v1.toml") == 2
    assert db.session.scalar(db.select(db.func.count(School.id))) == 0


def test_roadmap_show_prints_one_document_of_26_items(bare: Flask) -> None:
    run(bare, "start")
    shown = run(bare, "roadmap", "show", "--json")
    items = json.loads(shown.stdout)["items"]
    assert [item["number"] for item in items] == [item.number for item in load_roadmap().items]
    keys = "number section title responsible deadline_text deadline_kind date planned_result status done of".split()
    assert all(list(item) == keys for item in items)
    by_number = {item["number"]: item for item in items}
    assert by_number["3.8"] | {"title": "", "planned_result": ""} == {
        "number": "3.8",
        "section": "3",
        "title": "",
        "responsible": "Руководители ОУ",
        "deadline_text": "до 20 июня",
        "deadline_kind": "date",
        "date": "2020-06-20",
        "planned_result": "",
        "status": "not_started",
        "done": 0,
        "of": 5,
    }
    assert by_number["4.1"]["date"] == "2020-11-30"  # «Октябрь- ноябрь 2020»: the last day of November
    assert by_number["3.15"]["date"] == "2021-01-31"
    assert {item["deadline_kind"] for item in items} == {"date", "month", "ongoing", "by_schedule", "on_receipt"}
    assert all(item["date"] is None for item in items if item["deadline_kind"] not in ("date", "month"))


def test_roadmap_show_tells_the_state_of_a_past_day(app: Flask) -> None:
    import datetime as dt

    add_plan()
    change_state(state_of("3.8", "school1"), "done", evidence="приказ", at=dt.datetime(2020, 6, 10, tzinfo=dt.UTC))
    db.session.commit()

    def of(*words: str) -> tuple[str, int]:
        items = json.loads(run(app, "roadmap", "show", "--json", *words).stdout)["items"]
        item = next(item for item in items if item["number"] == "3.8")
        return item["status"], item["done"]

    assert of() == ("in_work", 1)
    assert of("--at", "2020-06-09") == ("not_started", 0)
    assert of("--at", "2020-06-10") == ("in_work", 1)


def test_roadmap_show_takes_the_plan_in_force_on_the_day_and_any_by_its_code(app: Flask) -> None:
    add_next_plan(add_plan())

    def numbers(*words: str) -> list[str]:
        return [item["number"] for item in json.loads(run(app, "roadmap", "show", "--json", *words).stdout)["items"]]

    assert numbers() == ["3.99"]  # the newest: items of the document are known by number alone
    assert (
        numbers("--plan", "204-2020") == numbers("--at", "2020-06-10") == [one.number for one in load_roadmap().items]
    )
    shown = run(app, "roadmap", "show").stdout
    assert shown.count("\n") == 26 + 1 + 2  # items of both, and a line over each plan
    refused = run(app, "roadmap", "show", "--plan", "8-2021")
    assert (refused.exit_code, refused.stderr) == (2, "--plan: плана «8-2021» нет. Есть: 7-2021, 204-2020.\n")


@pytest.mark.parametrize("words", [("--at", "июнь"), ("--at", "2020-13-01")])
def test_day_that_is_no_date_is_refused(app: Flask, words: tuple[str, ...]) -> None:
    add_plan()
    refused = run(app, "roadmap", "show", *words)
    assert refused.exit_code == 2
    assert "не дата" in refused.stderr


def test_sample_files_of_schools_and_people_are_taken(bare: Flask) -> None:
    assert run(bare, "schools", "import", str(DOCS / "schools.csv")).exit_code == 0
    dry = run(bare, "people", "import", str(DOCS / "people.csv"), "--dry-run")
    assert (dry.exit_code, "добавить 3" in dry.stdout) == (0, True)
    assert db.session.scalar(db.select(db.func.count(Person.id))) == 0
    assert run(bare, "people", "import", str(DOCS / "people.csv")).exit_code == 0
    coordinator = db.session.scalars(db.select(Person).where(Person.number == "0003")).one()
    assert coordinator.roles == {"teacher", "coordinator"}


def test_bad_list_ends_with_two_and_changes_nothing(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("фамилия;имя;школа\nНовая;Инна;school1\nДругой;;school9\n", encoding="utf-8")
    refused = run(app, "people", "import", str(file))
    assert refused.exit_code == 2
    assert len(refused.stderr.splitlines()) == 2
    assert all(line.startswith("list.csv: строка 3, столбец") for line in refused.stderr.splitlines())
    assert db.session.scalar(db.select(db.func.count(Person.id))) == 7


def test_missing_file_is_one_clear_line(app: Flask) -> None:
    refused = run(app, "schools", "import", "/no/such/file.csv")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)


def test_roadmap_of_a_file_is_taken_once(app: Flask) -> None:
    packaged = str(Path("surveys/instruments/roadmap_2020.toml").resolve())
    assert run(app, "roadmap", "import", packaged).exit_code == 0
    again = run(app, "roadmap", "import", packaged)
    assert (again.exit_code, "уже загружен" in again.stderr) == (2, True)
    assert db.session.scalar(db.select(db.func.count(RoadmapItem.id))) == 30  # 26 items and 4 duties
    assert current_plan() is not None


def test_damaged_roadmap_is_refused_with_its_place(app: Flask, tmp_path: Path) -> None:
    text = Path("surveys/instruments/roadmap_2020.toml").read_text(encoding="utf-8")
    file = tmp_path / "plan.toml"
    file.write_text(text.replace('kind = "on_receipt"', 'kind = "когда-нибудь"'), encoding="utf-8")
    refused = run(app, "roadmap", "import", str(file))
    assert refused.exit_code == 2
    assert "plan.toml: items" in refused.stderr
    assert current_plan() is None


def test_instrument_of_the_same_version_with_other_content_is_refused(app: Flask, tmp_path: Path) -> None:
    add_definitions()
    text = Path("surveys/instruments/teacher_deficits_v1.toml").read_text(encoding="utf-8")
    file = tmp_path / "form.toml"
    file.write_text(text, encoding="utf-8")
    assert run(app, "instruments", "import", str(file)).exit_code == 0  # the same content again
    first = text.index("title = ")
    file.write_text(text[: first + 9] + "Другая " + text[first + 9 :], encoding="utf-8")
    refused = run(app, "instruments", "import", str(file))
    assert (refused.exit_code, "смените номер" in refused.stderr) == (2, True)


# --- answers ---------------------------------------------------------------------------------------------------------


def answer_file(path: Path, rows: list[dict[str, str]]) -> Path:
    from app.content.starting import load_packaged
    from surveys.answers.checking import NO_ANSWER

    names = [item.name for item in load_packaged().questionnaire.items if item.type not in NO_ANSWER]
    header = ["respondent_id", "school", "табельный", *names]
    lines = [";".join(header), *(";".join(row.get(name, "") for name in header) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_answers_of_a_file_are_stored_once_with_and_without_a_person(app: Flask, tmp_path: Path) -> None:
    add_wave(add_definitions())
    given = {"MET01": "2", "MET01_need": "1", "MET05": "NA"}
    rows = [
        {"respondent_id": "1", "school": "school1", "табельный": "anna", **given},
        {"respondent_id": "2", "school": "school2", "MET01": "4"},
    ]
    file = answer_file(tmp_path / "answers.csv", rows)
    assert run(app, "answers", "import", "first", str(file)).exit_code == 0
    again = run(app, "answers", "import", "first", str(file))
    assert (again.exit_code, "новых 0" in again.stdout) == (0, True)
    kept = db.session.scalars(db.select(Submission).order_by(Submission.id)).all()
    assert [one.values for one in kept] == [{"MET01": "2", "MET01_need": "1"}, {"MET01": "4"}]
    assert kept[0].not_applicable == ["MET05"]
    assert "MET01_need" in kept[1].not_asked
    part = db.session.scalars(db.select(Participation).where(Participation.person_id == person("anna").id)).one()
    assert part.status == "sent"
    assert db.session.scalars(db.select(Event.action).where(Event.action == "answers.imported")).all()


def test_bad_answers_are_named_by_row_and_column_and_none_is_stored(app: Flask, tmp_path: Path) -> None:
    add_wave(add_definitions())
    rows = [
        {"respondent_id": "1", "school": "school1", "MET03": "2"},
        {"respondent_id": "2", "school": "school9", "MET03": "2"},
        {"respondent_id": "3", "school": "school1", "MET03": "9"},
        {"respondent_id": "1", "school": "school1", "табельный": "nobody"},
    ]
    refused = run(app, "answers", "import", "first", str(answer_file(tmp_path / "a.csv", rows)))
    assert refused.exit_code == 2
    assert "строка 5, столбец respondent_id" in refused.stderr
    rows[3]["respondent_id"] = "4"
    told = run(app, "answers", "import", "first", str(answer_file(tmp_path / "a.csv", rows))).stderr
    assert "строка 3, столбец school" in told
    assert "строка 4, столбец MET03" in told
    assert "табельным nobody" in told
    assert db.session.scalar(db.select(db.func.count(Submission.id))) == 0


@pytest.mark.parametrize("wave", ["none", "999"])
def test_unknown_wave_is_refused(app: Flask, tmp_path: Path, wave: str) -> None:
    refused = run(app, "answers", "import", wave, str(answer_file(tmp_path / "a.csv", [])))
    assert (refused.exit_code, "Этапа" in refused.stderr) == (2, True)


def test_sample_file_of_answers_has_a_column_for_every_question() -> None:
    from app.content.starting import load_packaged
    from surveys.answers.columns import answers_of
    from surveys.answers.reading import read_table

    answers, context = answers_of(read_table(DOCS / "answers.csv"), load_packaged().questionnaire)
    assert context == ["respondent_id", "school", "табельный"]
    assert answers.closed.shape[0] == 2
