"""A form in another of its languages: the same codes and conditions, translated words; what is not translated stays."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from surveys.definition.instrument import Instrument

TAG = re.compile(r"(?:^|\()([a-z]{2,3}(?:-[A-Za-z0-9]+)*)\)?$")


def tag_of(language: str) -> str:
    """«kbd» of «Къэбэрдей (kbd)» for a page's ``lang``; empty where the name does not say."""
    found = TAG.search(language)
    return found[1] if found else ""


def languages_of(instrument: "Instrument") -> list[str]:
    """Languages a respondent may choose from, the form's own first; empty where there is only one."""
    named = [language for language in instrument.languages if language != instrument.language]
    return [instrument.language, *named] if named else []


def translate(instrument: "Instrument", language: str) -> "Instrument":
    """A copy of ``instrument`` with the texts of ``language``; itself where the form has no such language."""
    if language == instrument.language or language not in instrument.languages:
        return instrument
    update: dict[str, Any] = {
        "language": language,
        "languages": languages_of(instrument),  # the way back, too, where the form's own language has no name
        "groups": [_translated(group, language) for group in instrument.groups],
        "items": [_translated(item, language) for item in instrument.items],
        "option_lists": {
            name: [_option(option, language) for option in options] for name, options in instrument.option_lists.items()
        },
    }
    copy = instrument.model_copy(update=update)
    for name in set(copy.__dict__) - set(type(copy).model_fields):
        del copy.__dict__[name]  # what was reckoned from the texts of the other language
    return copy


def _translated(part: Any, language: str) -> Any:
    texts: Mapping[str, str] = part.translations.get(language, {})
    known = {name: text for name, text in texts.items() if text and name in type(part).model_fields}
    return part.model_copy(update=known) if known else part


def _option(option: Any, language: str) -> Any:
    text = option.translations.get(language)
    return option.model_copy(update={"label": text}) if text else option
