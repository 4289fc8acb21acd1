"""Instruments as data: items, options, scales, levels; loaded from TOML, checked whole, written as canonical JSON.

Code knows item types, never questions. A packaged TOML file, an uploaded XLSForm and a version kept in a database all
become the same frozen ``Instrument``.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from surveys.definition.checks import BASIS, RANGE, RESTS, Finding, as_problem, find_problems
from surveys.definition.checks import Path as Place
from surveys.definition.languages import languages_of, tag_of, translate
from surveys.definition.partial import read_partly, without_followers
from surveys.errors import DefinitionError, Problem
from surveys.expressions.evaluation import to_number

ItemType = Literal[
    "select_one", "select_multiple", "rank", "integer", "decimal", "range", "text", "date", "time", "note", "calculate"
]
PACKAGED = Path(__file__).parents[1] / "instruments"
MAX_TOML_BYTES = 10 * 2**20


class Part(BaseModel):
    """A frozen piece of a definition; an unknown key is an error, so that a typo is found at load."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Option(Part):
    """One answer a respondent may choose. ``name`` is the stored code; a number makes it a score."""

    name: str
    label: str
    translations: dict[str, str] = {}
    columns: dict[str, str] = {}  # extra XLSForm columns that a choice_filter reads


class Group(Part):
    """A step of the form: a block of the questionnaire, a section of the card. ``parent`` nests it in another group."""

    name: str
    label: str = ""
    ask: str = ""  # the question printed above the statements
    hint: str = ""
    relevant: str = ""
    appearance: str = ""
    parent: str | None = None
    translations: dict[str, dict[str, str]] = {}  # language -> field -> text


class Item(Part):
    """One question. Expressions are in the one language of ``surveys.expressions.syntax``."""

    name: str
    type: ItemType
    spelled: str = ""  # the type as an XLSForm spelled it, where that differs: «phone number», «hidden»
    label: str = ""
    hint: str = ""
    options: str | None = None  # name of an option list
    or_other: bool = False
    required: bool = False
    required_when: str = ""
    relevant: str = ""
    constraint: str = ""
    constraint_message: str = ""
    calculation: str = ""
    default: str = ""
    choice_filter: str = ""
    appearance: str = ""
    parameters: dict[str, str] = {}  # range: start, end, step; rank and select_multiple: max
    group: str | None = None
    scale: str | None = None
    reverse: bool = False
    not_applicable: str = ""  # words of the «не относится» answer; empty = not offered
    need_of: str | None = None  # this item asks what help is wanted about that one
    code: str = ""  # printed number, as «2.01» in the card
    unit: str = ""
    why: str = ""  # «почему спрашиваем»
    prefill: Literal["", "register", "previous", "staff"] = ""
    folded: bool = False  # optional, shown only when unfolded
    no_data: bool = True  # a card field may be marked «нет данных»
    heading: str = ""  # a sub-heading of the section that begins with this item
    sensitive: bool = False  # a small group of children: 1-4 leave the school and the department only as «менее 5»
    translations: dict[str, dict[str, str]] = {}

    @property
    def span(self) -> tuple[float, float, float]:
        """Start, end and step of a range, XLSForm's own where the form gives none."""
        start, end, step = (to_number(self.parameters.get(key, usual)) for key, usual in RANGE)
        return start or 0.0, end or 0.0, step or 1.0  # what is no number was refused with the form


class Scale(Part):
    """A block whose items are averaged into one score, percent of maximum possible, 0 to 100."""

    name: str
    label: str
    short: str = ""  # «Предметные»
    genitive: str = ""  # «содержания предмета и его преподавания»
    description: str = ""
    min_answered: float = Field(default=0.7, ge=0, le=1)


class Level(Part):
    """A band of a scale score: from ``at_least`` (included, unrounded) up to the next level."""

    code: Literal["none", "low", "medium", "high"]
    label: str
    at_least: float


class Check(Part):
    """A rule across fields that must hold: an error stops signing, a warning wants an explanation."""

    code: str
    expression: str
    severity: Literal["error", "warning"]
    text: str
    fields: list[str] = []


class Indicator(Part):
    """A figure computed from a card, with its risk bands. ``better`` says which side is low risk."""

    code: str
    name: str
    label: str
    expression: str
    unit: str = ""
    better: Literal["high", "low"]
    low: float  # low risk: at least (better = high) or at most (better = low) this
    medium: float
    no_resource: str = ""  # condition under which the resource is missing altogether: high risk, printed in words
    no_resource_text: str = ""
    context: bool = False  # what the school does not govern
    decimals: int = 1
    numerator: str = ""
    denominator: str = ""
    people: bool = False  # a share of few persons: printed «k из n» under 10


class QualityFlag(Part):
    """A sign of careless filling: counted, never excluding by itself."""

    code: str
    kind: Literal["instructed", "pair", "longstring", "time", "na"]
    items: list[str] = []
    threshold: float
    soft: float = (
        0.0  # «time»: a larger threshold of a soft sign, counted apart from the flagged; 0 where there is none
    )
    text: str = ""


class Approval(Part):
    """«Утверждено кем, когда»; empty while nobody has approved the thresholds."""

    by: str = ""
    on: str = ""


class Instrument(Part):
    """One version of a questionnaire or a card."""

    code: str
    title: str
    version: str = "1"
    kind: Literal["questionnaire", "card"] = "questionnaire"
    language: str = "ru"
    languages: list[str] = []
    minutes: int = 0  # stated length, minutes
    option_lists: dict[str, list[Option]] = {}
    groups: list[Group] = []
    items: list[Item]
    scales: list[Scale] = []
    levels: list[Level] = []
    checks: list[Check] = []
    indicators: list[Indicator] = []
    quality: list[QualityFlag] = []
    thresholds: Approval = Approval()

    @property
    def language_tag(self) -> str:
        """Language of the texts for a page's ``lang``: «ru» of «Русский (ru)»; empty where the form does not say."""
        return tag_of(self.language)

    def in_language(self, language: str) -> "Instrument":
        """A translated copy with the same codes; itself where the form has no such language."""
        return translate(self, language)

    @property
    def choices_of_language(self) -> list[str]:
        """Languages a respondent may choose from; empty where there is only one."""
        return languages_of(self)

    def item(self, name: str) -> Item:
        """The item called ``name``; KeyError where there is none."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Item]:
        return {item.name: item for item in self.items}

    def options_of(self, item: Item) -> list[Option]:
        """Options of ``item`` in form order; empty for an item without choices."""
        return self.option_lists[item.options] if item.options else []

    def scale_items(self, scale: str) -> list[Item]:
        """Items that are averaged into ``scale``, in form order."""
        return [item for item in self.items if item.scale == scale]

    def need_item(self, practice: str) -> Item | None:
        """The item that asks what help is wanted about ``practice``."""
        return next((item for item in self.items if item.need_of == practice), None)

    def level_of(self, score: float) -> Level | None:
        """The level whose band holds ``score``, compared unrounded."""
        fitting = [level for level in self.levels if score >= level.at_least]
        return max(fitting, key=lambda level: level.at_least, default=None)

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no blanks, defaults left out; equal instruments give equal text."""
        body = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def sha256(self) -> str:
        """Hash of the canonical JSON, hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def instrument_from_dict(body: object, source: str = "") -> Instrument:
    """Check ``body`` whole and build the instrument.

    Raises:
        DefinitionError: every problem found, each with its path (``items[3].type``).
    """
    instrument, findings = check_definition(body)
    if instrument is None:
        raise DefinitionError([as_problem(finding) for finding in findings], source)
    return instrument


def check_definition(body: object, unread: Iterable[Place] = ()) -> tuple[Instrument | None, list[Finding]]:
    """The instrument, or every problem with its path: ``(("items", 3, "relevant"), "…")``.

    ``unread`` are places that the caller could not read: what may only follow from them is not told.
    """
    instrument, faults = read_partly(Instrument, body)
    if instrument is not None:
        places = [*unread, *(place for place, _ in faults)]
        faults += without_followers(find_problems(instrument), places, basis=BASIS, rests=RESTS)
    return (None, faults) if faults else (instrument, [])


def load_instrument(code: str, version: int = 1) -> Instrument:
    """The packaged instrument ``<code>_v<version>.toml``."""
    return read_instrument(PACKAGED / f"{code}_v{version}.toml")


def read_instrument(path: Path) -> Instrument:
    """Read one TOML instrument file."""
    return instrument_from_dict(read_toml(path), path.name)


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        DefinitionError: the file is missing, is not text or is not TOML.
    """
    try:
        if path.stat().st_size > MAX_TOML_BYTES:
            raise DefinitionError(f"файл больше {MAX_TOML_BYTES // 2**20} МБ: для анкеты это слишком много", path.name)
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise DefinitionError("файл не открывается; проверьте, что он есть и доступен для чтения", path.name) from None
    except RecursionError:
        raise DefinitionError("скобки вложены слишком глубоко: это не анкета", path.name) from None
    except UnicodeDecodeError:
        raise DefinitionError("файл не в кодировке UTF-8", path.name) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line ([0-9]+), column ([0-9]+)", str(error))
        where = f"строка {place[1]}, знак {place[2]}: " if place else ""
        raise DefinitionError(
            f"{where}файл не читается как TOML: проверьте кавычки, скобки и знаки «=»", path.name
        ) from None


def open_instrument(name: str | Path, remarks: list[Problem] | None = None) -> Instrument:
    """An instrument by file (.toml, or an XLSForm: .xlsx, .xls, .csv) or by the code of a packaged one.

    ``remarks`` collects what stands in the file without effect: columns that nobody reads.

    ``teacher_deficits`` is the newest packaged version, ``teacher_deficits_v1`` that very one.

    Raises:
        DefinitionError: there is no such file or code, or it does not read.
    """
    path = Path(name)
    extension = path.suffix.lower()
    if extension == ".toml":
        return read_instrument(path)
    if extension in (".xlsx", ".xlsm", ".xls", ".csv"):
        from surveys.xlsform import read_xlsform

        return read_xlsform(path, remarks)
    packaged = find_packaged(str(name))
    if packaged is not None:
        return read_instrument(packaged)
    codes = ", ".join(sorted({file.stem.rpartition("_v")[0] for file in PACKAGED.glob("*_v[0-9]*.toml")} - {"rules"}))
    if extension or path.exists():
        raise DefinitionError("форма читается из файлов .toml, .xlsx, .xls и .csv", path.name)
    raise DefinitionError(f"нет такого файла и нет такой встроенной формы; встроенные: {codes}", str(name))


def find_packaged(code: str) -> Path | None:
    """File of the packaged instrument ``code`` (its newest version) or ``code_vN``."""
    if not re.fullmatch(r"[a-z_0-9]+", code):
        return None
    exact = PACKAGED / f"{code}.toml"
    if re.search(r"_v[0-9]+$", code):
        return exact if exact.exists() else None
    versions = [file for file in PACKAGED.glob(f"{code}_v*.toml") if re.fullmatch(rf"{code}_v[0-9]+", file.stem)]
    return max(versions, key=lambda file: int(file.stem.rpartition("_v")[2]), default=None)
