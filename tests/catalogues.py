"""The compiled catalogues of the interface: ``make`` compiles them at set-up; ``pytest`` alone finds them here too."""

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
TRANSLATIONS = ROOT / "app" / "translations"


def read_catalogue(language: str) -> Catalog:
    """The catalogue of ``language`` as it is kept, obsolete entries too."""
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def compile_catalogues() -> None:
    """Compile what is missing or older than its source, whole or not at all: several processes may do it at once."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime > source.stat().st_mtime:
            continue
        fresh = source.with_suffix(f".{os.getpid()}")
        with fresh.open("wb") as file:
            write_mo(file, read_catalogue(source.parts[-3]))
        fresh.replace(compiled)
