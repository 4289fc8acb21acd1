"""Catalogues of rules through the pages: out to Excel, edited, refused by row, published with «утверждено»."""

import io
import tempfile
from pathlib import Path

import openpyxl

from app.content.editions import draft_of
from app.content.store import rules_of, store_instrument, store_rules
from app.extensions import db
from app.models import RuleVersion
from app.waves.queries import newest_rules
from surveys.definition.instrument import load_instrument
from surveys.findings.rules import load_rules
from surveys.findings.rules_table import write_rules
from tests.pages import post_form, token_of


def rule_book(rules, change=None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.xlsx"
        write_rules(rules, path)
        if change:
            book = openpyxl.load_workbook(path)
            change(book["Правила"])
            book.save(path)
        return path.read_bytes()


def packaged_content():
    """The packaged questionnaire, card and rules, published."""
    store_instrument(load_instrument("teacher_deficits"))
    store_instrument(load_instrument("school_card"))
    version = store_rules(load_rules())
    db.session.commit()
    return version


def send_rules(client, version, content, name="rules.xlsx"):
    token = token_of(client, f"/instruments/rules/{version.id}")
    data = {"csrf_token": token, "file": (io.BytesIO(content), name)}
    return client.post(f"/instruments/rules/{version.id}/file", data=data, follow_redirects=True)


def test_exported_rules_come_back_without_changes(login_as):
    version, client = packaged_content(), login_as("galina")
    exported = client.get(f"/instruments/rules/{version.id}/file.xlsx")
    assert exported.headers["Content-Disposition"].endswith("rules_v1.xlsx")
    assert "изменений нет" in send_rules(client, version, exported.data).get_data(as_text=True)
    toml = client.get(f"/instruments/rules/{version.id}/file.toml")
    assert "изменений нет" in send_rules(client, version, toml.data, "rules.toml").get_data(as_text=True)


def test_edited_rules_become_a_draft_that_new_waves_take_only_when_published(login_as):
    version, client = packaged_content(), login_as("galina")
    content = rule_book(load_rules(), lambda sheet: sheet.cell(2, 4, "${blk.SUB.share} >= 40"))
    page = send_rules(client, version, content).get_data(as_text=True)
    assert "<del>${blk.SUB.share} &gt;= 30</del>" in page
    assert newest_rules().id == version.id
    draft = draft_of(RuleVersion, "rules")
    sent = {"approved_by": "Приказ № 7", "approved_on": "2020-06-20"}
    assert post_form(client, f"/instruments/rules/{draft.id}", **sent).status_code == 302
    db.session.expire_all()
    assert newest_rules().version == "2"
    assert rules_of(newest_rules()).thresholds.by == "Приказ № 7"
    assert rules_of(newest_rules()).rule("Q-SUB-S").when == "${blk.SUB.share} >= 40"


def test_bad_rules_are_refused_by_row(login_as):
    version, client = packaged_content(), login_as("galina")
    content = rule_book(load_rules(), lambda sheet: sheet.cell(2, 4, "${blk.NOPE.share} >= 40"))
    response = send_rules(client, version, content)
    assert response.status_code == 422
    assert "лист Правила, строка 2, столбец «Условие»" in response.get_data(as_text=True)
    assert draft_of(RuleVersion, "rules") is None


def test_approval_with_a_date_but_nobody_is_asked_again(login_as):
    version, client = packaged_content(), login_as("galina")
    send_rules(client, version, rule_book(load_rules(), lambda sheet: sheet.cell(2, 4, "${blk.SUB.share} >= 40")))
    draft = draft_of(RuleVersion, "rules")
    response = post_form(client, f"/instruments/rules/{draft.id}", approved_on="2020-06-20")
    assert response.status_code == 422
    assert "Напишите, кем утверждено" in response.get_data(as_text=True)
