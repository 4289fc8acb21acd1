"""``${name}`` in a text: an answer on a respondent's page, the question's own words everywhere else."""

import io
import zipfile

import numpy as np
import openpyxl
import pytest

from surveys.answers.checking import check_answers
from surveys.answers.row_export import rows_of
from surveys.answers.row_writers import write_rows
from surveys.card.printing import card_report
from surveys.disclosure import release
from surveys.expressions.piping import readable
from surveys.findings.finding import find
from surveys.findings.rules import rules_from_dict
from surveys.paper.blank import build_blank
from surveys.report.build import ReportContext, WaveFacts, build_report
from surveys.report.profile import build_profile
from surveys.statistics.summary import summarise_by
from surveys.writers import write_report
from tests.surveys.made import questionnaire, random_answers

SAID = "Как вам помогает [ответ на вопрос «Утверждение SUB01»]?"
PEOPLE = {"a": 60, "b": 60}


def piped():
    """A questionnaire in which a statement, a list of topics and a block repeat the answer to SUB01."""
    form = questionnaire({"SUB": 2, "MET": 2})
    label = {"label": "Как вам помогает ${SUB01}?", "translations": {"en": {"label": "Why ${ SUB01 }?"}}}
    items = [one.model_copy(update=label if one.name in ("MET01", "C14") else {}) for one in form.items]
    groups = [one.model_copy(update={"ask": "После ${SUB01}"}) for one in form.groups]
    return form.model_copy(update={"items": items, "groups": groups})


FORM = piped()


@pytest.fixture(scope="module")
def released():
    answers = random_answers(FORM, PEOPLE, np.random.default_rng(1))
    return answers, release(FORM, summarise_by(answers, FORM, "school"), PEOPLE, wave="w", snapshot=1)


def report(released):
    import datetime as dt

    facts = WaveFacts("w", "Этап", "входная", dt.date(2020, 6, 1), dt.date(2020, 6, 20))
    return build_report(ReportContext(released=released, scope="municipality", instrument=FORM, wave=facts))


def text_in(data: bytes) -> str:
    """Every text of a packed document."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist() if name.endswith(".xml"))


def test_question_is_named_where_there_is_no_answer_and_a_plain_form_is_left_as_it_is():
    form = readable(FORM)
    assert form.item("MET01").label == SAID
    assert form.item("MET01").translations["en"]["label"] == "Why [ответ на вопрос «Утверждение SUB01»]?"
    assert {group.ask for group in form.groups} == {"После [ответ на вопрос «Утверждение SUB01»]"}
    assert FORM.item("MET01").label == "Как вам помогает ${SUB01}?"
    plain = questionnaire()
    assert readable(plain) is plain


def test_question_that_repeats_another_is_named_without_its_sign_and_a_long_one_is_cut():
    changed = {"SUB01": "Долгий вопрос о «работе» " * 9, "C14": "О ${MET01}"}
    form = piped()
    items = [one.model_copy(update={"label": changed.get(one.name, one.label)}) for one in form.items]
    form = readable(form.model_copy(update={"items": items}))
    assert form.item("C14").label == "О [ответ на вопрос «Как вам помогает …?»]"
    named = form.item("MET01").label.removeprefix("Как вам помогает [ответ на вопрос «").removesuffix("»]?")
    assert named.startswith("Долгий вопрос о „работе“ Долгий")
    assert named.endswith("…")
    assert len(named) <= 80


@pytest.mark.parametrize("kind", ["html", "docx", "xlsx", "pdf", "json"])
def test_no_document_shows_the_sign(released, kind):
    stream = io.BytesIO()
    write_report(report(released[1]), kind, stream)
    data = stream.getvalue()
    if kind == "pdf":
        from pypdf import PdfReader

        text = " ".join(page.extract_text() for page in PdfReader(stream).pages)
        assert "[ответ" in text
    else:
        text = text_in(data) if data.startswith(b"PK") else data.decode()
        assert "[ответ на вопрос" in text
    assert "${" not in text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_file_of_rows_nor_its_sheet_of_codes_shows_the_sign(released, kind, tmp_path):
    path = tmp_path / f"rows.{kind}"
    write_rows(rows_of(released[0], FORM, released[1], "school"), kind, path, [("Этап", "w")])
    if kind == "csv":
        files = [file.read_text(encoding="utf-8") for file in tmp_path.iterdir()]
    else:
        book = openpyxl.load_workbook(path)
        files = [str([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])]
        assert SAID in files[0]
    assert not any("${" in text for text in files)


def test_paper_names_the_question_by_its_number_in_groups_too():
    blank = str(build_blank(FORM))
    assert "${" not in blank
    assert "[ответ в п." in blank


def test_printed_card_and_findings_do_not_show_the_sign(released):
    card = FORM.model_copy(update={"kind": "card"})
    printed = card_report(card, {}, school="Школа", cycle="2020", year=2020, number=1, blank=True)
    assert SAID in str(printed)
    assert "${" not in str(printed)
    rule = {"id": "T", "source": "questionnaire", "when": "${blk.MET.n} >= 5", "finding": "{blk.MET.weak_items}"}
    rest = dict.fromkeys(
        ("recommendation", "responsible", "deadline", "planned_result", "measure_of_success"), "что-нибудь"
    )
    rules = rules_from_dict({"code": "r", "title": "r", "rules": [{**rule, **rest, "roadmap_items": ["3.9"]}]})
    (found,) = find(released[1], "municipality", rules, FORM)
    assert SAID.replace("«", "„").replace("»", "“") in found.finding
    assert "${" not in found.finding


def test_own_profile_repeats_the_person_s_own_answer():
    answers = {"SUB01": "3", "SUB02": "1", "MET01": "2", "MET02": "2"}
    profile = build_profile(FORM, check_answers(FORM, answers, [], final=True))
    labels = {one.item: one.label for one in (*profile.strongest, *profile.weakest)}
    assert labels["MET01"] == "Как вам помогает ответ 3?"
