"""The plan of a questionnaire in the language that the respondent has chosen for it."""

from flask import session

from app.content.store import instrument_by_hash
from app.forms.steps import Plan, Step, make_plan
from app.forms.steps import plan_by_hash as plan_in

__all__ = ["Plan", "Step", "choose_language", "make_plan", "plan_by_hash"]

CHOSEN = "form_language"  # of the session: one choice for all forms that have the language


def plan_by_hash(sha256: str) -> Plan:
    """The plan of a kept instrument version for this respondent."""
    return plan_in(sha256, session.get(CHOSEN, ""))


def choose_language(sha256: str, language: str) -> bool:
    """Remember the language for this sign-in; False where the form has no such language."""
    if language not in instrument_by_hash(sha256).choices_of_language:
        return False
    session[CHOSEN] = language
    return True
