"""The language of the pages: Russian, or English where the browser asked for it.

Documents, letters, lists to print and what is stored for others stay Russian: their functions are marked
``in_russian``. The respondent's choice of a questionnaire's language is another thing (``questionnaires.languages``).
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import has_request_context, request
from flask_babel import force_locale, get_locale, gettext

LANGUAGES = {"ru": "Русский", "en": "English"}
COOKIE = "interface"

Given = ParamSpec("Given")
Result = TypeVar("Result")


def chosen_language() -> str:
    """The language this browser has chosen; Russian in jobs and commands, and for anybody who has not chosen."""
    wanted = request.cookies.get(COOKIE, "") if has_request_context() else ""
    return wanted if wanted in LANGUAGES else "ru"


def page_language() -> str:
    """Code for ``<html lang>``: of the words that are printed now, also inside ``in_russian``."""
    return str(get_locale() or "ru")


def other_language() -> tuple[str, str]:
    """Code and own name of the language the footer offers."""
    return next((code, name) for code, name in LANGUAGES.items() if code != chosen_language())


def in_russian(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run ``function`` in Russian: it makes a document, a letter or words that are stored."""

    @wraps(function)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        with force_locale("ru"):
            return function(*args, **kwargs)

    return run


def N_(words: str) -> str:  # noqa: N802 (the name catalogues look for)
    """Mark words of a table for the catalogues; they are translated where they are shown."""
    return words


def translated(words: Mapping[str, str]) -> dict[str, str]:
    """A table of words, marked ``N_`` where it is written, in the language of the page."""
    return {key: gettext(word) for key, word in words.items()}
