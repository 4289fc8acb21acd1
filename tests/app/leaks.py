"""Searching pages and files for figures that were not released: raw bytes, parts of archives, cells naming a school."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from html.parser import HTMLParser

import openpyxl
from docx import Document
from pypdf import PdfReader

from surveys.disclosure.released import Released
from tests.app.recount import Block, printed

CARD_DENOMINATORS = 40
PARTICIPATION = re.compile(r"^(n|Всего учителей|Ответили|Охват, %|Примечание|Дефицит, чел\.)$")


@dataclass(frozen=True)
class Secret:
    """A figure of one school: how its mean and its count are printed; ``exact`` is the mean as a program writes it."""

    school: str
    label: str
    block: str
    mean: re.Pattern[str] | None
    share: re.Pattern[str]
    percent: str
    exact: str
    titles: frozenset[str] = frozenset()  # how tables name the block


def secrets_of(
    released: Released,
    recounted: dict[str, dict[str, Block]],
    titles: dict[str, frozenset[str]],
    *,
    shown: bool = False,
) -> list[Secret]:
    """Figures that may not be shown, with their true values; with ``shown`` those that are, for the twin."""
    found = []
    for school in released.schools:
        known = {one.scale: one for one in school.scales}
        for block, figures in recounted.get(school.code, {}).items():
            one = known.get(block)
            mean_hidden = school.hidden is not None or one is None or one.hidden is not None
            exact = not mean_hidden and one.deficit is not None and one.deficit.kind == "exact"
            if shown:
                if exact:
                    found.append(_secret(school.code, school.label, block, figures, mean=True))
            elif mean_hidden or not exact:
                found.append(_secret(school.code, school.label, block, figures, mean=mean_hidden))
    return [replace(secret, titles=titles[secret.block]) for secret in found]


def _secret(code: str, label: str, block: str, figures: Block, *, mean: bool) -> Secret:
    words = printed(figures.mean, 1).replace(",", "[.,]")
    number = float(figures.mean)
    # 58.3 is also 7 of 12: a simple fraction may stand on a page as a fact of the school's card.
    mean = mean and (figures.mean / 100).denominator > CARD_DENOMINATORS
    return Secret(
        code,
        label,
        block,
        re.compile(rf"(?<![\d.,]){words}(?![\d])") if mean else None,
        re.compile(rf"(?<!менее )(?<!\d){figures.deficit} из {figures.n}(?!\d)"),
        printed(Fraction(100 * figures.deficit, figures.n), 0),
        repr(number)[:12] if mean and len(repr(number)) > 9 else "",
    )


def texts_of(body: bytes) -> Iterator[str]:
    """Every text in the bytes: parts of archives in archives too; ordinary blanks, no soft hyphens."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield from texts_of(archive.read(name))
    elif body.startswith(b"%PDF"):
        yield plain("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages))
    else:
        yield plain(body.decode("utf-8", errors="ignore"))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("&nbsp;", " ").replace("\u00ad", "")


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.grids: list[list[list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.grids.append([])
        elif tag == "tr" and self.grids:
            self.grids[-1].append([])
        elif tag in ("td", "th") and self.grids and self.grids[-1]:
            self.grids[-1][-1].append("")

    def handle_data(self, data: str) -> None:
        if self.grids and self.grids[-1] and self.grids[-1][-1]:
            self.grids[-1][-1][-1] += data


def grids_of(body: bytes) -> list[list[list[str]]]:
    """Tables of a page, a DOCX or an XLSX as rows of texts."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
        if "word/document.xml" in names:
            tables = Document(io.BytesIO(body)).tables
            return [[[plain(cell.text) for cell in row.cells] for row in table.rows] for table in tables]
        book = openpyxl.load_workbook(io.BytesIO(body))
        return [[[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)] for sheet in book]
    if body.startswith(b"%PDF"):
        return []
    reader = _Tables()
    reader.feed(plain(body.decode("utf-8", errors="ignore")))
    return [[[" ".join(cell.split()) for cell in row] for row in grid] for grid in reader.grids]


def _cell(value: object) -> str:
    return printed(value, 1) if isinstance(value, float) else "" if value is None else plain(str(value))


def find_secrets(
    place: str, body: bytes, secrets: Iterable[Secret], scope: str = ""
) -> list[tuple[str, str, str, str]]:
    """(place, school, block, words around) of every secret found. ``scope``: whom the whole page or file is about."""
    texts, grids = list(texts_of(body)), grids_of(body)
    found = []
    for secret in secrets:
        own = list(texts) if scope == secret.school else []
        parts = [*_cells_naming(grids, secret.label), *own] if secret.mean else []
        words = next(_around(secret.mean, parts), "") if secret.mean else ""
        if not words:
            words = next(_around(secret.share, _rows_of_block(grids, secret, scope)), "")
        if not words and secret.exact and any(secret.exact in text for text in texts):
            words = secret.exact
        if not words and secret.percent in _shares_naming(grids, secret):
            words = f"{secret.percent} %"
        if words:
            found.append((place, secret.school, secret.block, words))
    return found


def _around(sign: re.Pattern[str], parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        for hit in sign.finditer(part):
            yield part[max(0, hit.start() - 40) : hit.end() + 40]


def _cells_naming(grids: list[list[list[str]]], label: str) -> Iterator[str]:
    """Cells of rows and columns that name the school."""
    for grid in grids:
        heads = next((row for row in grid if len(row) > 1), [])
        columns = [at for at, head in enumerate(heads) if label == head.strip()]
        for row in grid:
            if any(label == cell.strip() for cell in row):
                yield from row
            yield from (row[at] for at in columns if at < len(row))


def _rows_of_block(grids: list[list[list[str]]], secret: Secret, scope: str) -> Iterator[str]:
    """Cells where the school (the whole page, or a heading) meets the block."""
    for grid in grids:
        heads = next((row for row in grid if len(row) > 1), [])
        for row in grid:
            for at, cell in enumerate(row):
                named = {row[0].strip(), heads[at].strip() if at < len(heads) else ""}
                if secret.titles & named and (scope == secret.school or secret.label in named):
                    yield cell


def _shares_naming(grids: list[list[list[str]]], secret: Secret) -> set[str]:
    """Whole percents in the cell of the school and the block: tables of schools by blocks, either way round."""
    found = set()
    for grid in grids:
        heads = next((row for row in grid if len(row) > 1), [])
        if any(PARTICIPATION.match(head) for head in heads):
            continue
        for row in grid:
            for at, cell in enumerate(row):
                head = heads[at] if at < len(heads) else ""
                named = {head.strip(), row[0].strip()}
                if secret.label in named and secret.titles & named:
                    found.add(cell.replace(",0", "").strip())
    return found
