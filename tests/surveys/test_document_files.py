"""Files of every kind of document, opened by programs of others: tags of the PDF, contents of the Word file."""

import io
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from surveys.kinds import KINDS
from surveys.report.document import Report
from surveys.writers import write_report
from tests.surveys.test_kinds import CASES, full

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def written(report: Report, kind: str) -> bytes:
    stream = io.BytesIO()
    write_report(report, kind, stream)  # type: ignore[arg-type]
    return stream.getvalue()


def tags(data: bytes) -> list[tuple[str, str]]:
    """(role, alt text) of every element of the structure tree, in reading order."""
    import pikepdf

    found: list[tuple[str, str]] = []

    def walk(element: object) -> None:
        if isinstance(element, pikepdf.Array):
            for part in element:  # type: ignore[attr-defined]
                walk(part)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                found.append((str(element["/S"]).lstrip("/"), str(element.get("/Alt", ""))))
            if "/K" in element:
                walk(element["/K"])

    with pikepdf.open(io.BytesIO(data)) as document:
        walk(document.Root.StructTreeRoot)
    return found


@pytest.mark.parametrize(("kind", "scope"), CASES, ids=lambda value: str(value))
def test_pdf_of_every_kind_has_tags_language_title_and_alt_texts(kind: str, scope: str) -> None:
    import pikepdf

    report = KINDS[kind].build(full(scope))
    data = written(report, "pdf")
    with pikepdf.open(io.BytesIO(data)) as document:
        assert str(document.Root.Lang).lower() == "ru-ru"
        assert bool(document.Root.MarkInfo.Marked)
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == report.title
            assert str(metadata["pdfuaid:part"]) == "1"
    found = tags(data)
    roles = [role for role, _alt in found]
    assert roles.count("Table") == len(report.tables)
    assert roles.count("H1") >= len(report.sections)
    assert ("TH" in roles) == bool(report.tables)
    assert [alt for role, alt in found if role == "Figure"] == [figure.alt for figure in report.figures]


def document_xml(report: Report) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(written(report, "docx"))) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def test_long_document_has_contents_that_word_brings_up_to_date() -> None:
    report = KINDS["report"].build(full())
    assert report.contents
    body = document_xml(report)
    codes = ["".join(one.itertext()).strip() for one in body.iter(f"{W}instrText")]
    assert codes[0].startswith("TOC ")
    lines = ["".join(one.itertext()) for one in body.iter(f"{W}hyperlink")]
    for section, line in zip(report.sections, lines, strict=True):
        assert line.startswith(report.heading(section))
    marks = {one.get(f"{W}name") for one in body.iter(f"{W}bookmarkStart")}
    assert {one.get(f"{W}anchor") for one in body.iter(f"{W}hyperlink")} <= marks
    begun, ended = (
        sum(one.get(f"{W}fldCharType") == kind for one in body.iter(f"{W}fldChar")) for kind in ("begin", "end")
    )
    assert begun == ended


def test_short_document_has_no_contents() -> None:
    report = KINDS["protocol"].build(full())
    assert not report.contents
    assert not any("TOC" in "".join(one.itertext()) for one in document_xml(report).iter(f"{W}instrText"))


def test_contents_stand_in_pdf_and_page_too() -> None:
    from pypdf import PdfReader

    report = KINDS["report"].build(full())
    pages = PdfReader(io.BytesIO(written(report, "pdf"))).pages
    main, third = (re.sub(r"\s+", " ", pages[at].extract_text()) for at in (1, 2))
    assert "Главное" in main
    assert "Меры" in main  # the main page is one page: its last heading stands on it
    assert "Содержание" in third
    assert "Приложение 1. Остальные меры" in third
    page = written(report, "html").decode()
    assert '<nav aria-label="Содержание">' in page
    for section in report.sections:
        assert f'<a href="#s-{section.id}">' in page
        assert f'id="s-{section.id}"' in page


def test_wide_document_begins_on_a_landscape_page() -> None:
    import pikepdf
    from docx import Document

    report = KINDS["plan"].build(full())
    with pikepdf.open(io.BytesIO(written(report, "pdf"))) as document:
        width, height = (float(side) for side in document.pages[0].MediaBox[2:])
    assert width > height
    first = Document(io.BytesIO(written(report, "docx"))).sections[0]
    assert first.page_width > first.page_height


def test_page_leads_every_ground_to_an_anchor_that_is_there() -> None:
    page = written(KINDS["report"].build(full()), "html").decode()
    links = set(re.findall(r'href="#([^"]+)"', page))
    ids = re.findall(r'id="([^"]+)"', page)
    assert links <= set(ids)
    assert len(ids) == len(set(ids))
    assert page.count("Откуда эта цифра?") > 10


def test_black_and_white_chart_tells_levels_by_hatch_and_words() -> None:
    from PIL import Image

    from surveys.report.charts import TONES, chart_bytes

    figure = KINDS["report"].build(full()).figure("blocks-bars")
    assert len({hatch for _fill, hatch in TONES.values()}) == len(TONES)
    assert all(words for words in figure.printed)
    image = Image.open(io.BytesIO(chart_bytes(figure))).convert("L")
    assert image.width == 1260  # 6.3 inches at 200 dots


@pytest.mark.office
def test_libreoffice_opens_every_kind(tmp_path: Path) -> None:
    from pypdf import PdfReader

    files = []
    for kind, scope in CASES:
        source = tmp_path / f"{kind}-{scope.replace(':', '-')}.docx"
        source.write_bytes(written(KINDS[kind].build(full(scope)), "docx"))
        files.append(source)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    for source, (kind, scope) in zip(files, CASES, strict=True):
        text = " ".join(page.extract_text() for page in PdfReader(source.with_suffix(".pdf")).pages)
        flat = re.sub(r"[\s\u00ad]+", " ", text)
        report = KINDS[kind].build(full(scope))
        assert report.title in flat, kind
        for section in report.sections:
            assert report.heading(section) in flat, (kind, section.id)


def test_contents_stand_behind_the_main_page() -> None:
    """The head of department reads the letter and the main page first: contents lead to the rest."""
    from docx import Document

    report = KINDS["report"].build(full())
    assert report.contents_after == "main"
    paragraphs = Document(io.BytesIO(written(report, "docx"))).paragraphs
    headings = [one.text for one in paragraphs if one.style.name in ("Heading 1", "Contents Title")]
    assert headings[headings.index("Содержание") - 1] == "Главное"
    assert report.model_copy(update={"contents": False}).contents_after is None


def test_few_lines_before_a_wide_table_stand_on_its_page() -> None:
    """Else they have a portrait page to themselves: «Сопоставление карты и анкеты» of one line had."""
    report = KINDS["joint"].build(full("school:demo1", perceptions=[]))
    sections = {section.id: section for section in report.sections}
    assert not sections["perceptions"].tables
    assert report.is_wide(sections["measures"])
    assert report.is_wide(sections["perceptions"])
    assert not report.is_wide(sections["conclusions"])


def test_data_of_the_calculation_follow_the_last_table_and_stay_together() -> None:
    from docx import Document

    report = KINDS["plan"].build(full())
    last = report.sections[-1]
    assert report.is_wide(last)  # no portrait page for four lines
    assert report.heading(last) == "Приложение. Данные расчёта"  # the only appendix has no number
    paragraphs = Document(io.BytesIO(written(report, "docx"))).paragraphs[-len(last.afterwords) :]
    assert [bool(one.paragraph_format.keep_with_next) for one in paragraphs] == [True] * (len(paragraphs) - 1) + [False]


def test_signature_does_not_stand_alone_on_a_page() -> None:
    """Text, signature and executor are tied, each to the next."""
    from docx import Document

    paragraphs = Document(io.BytesIO(written(KINDS["plan"].build(full()), "docx"))).paragraphs
    signed = next(at for at, one in enumerate(paragraphs) if "____________\t" in one.text)
    assert [one.paragraph_format.keep_with_next for one in paragraphs[signed - 2 : signed + 1]] == [True] * 3
    assert paragraphs[signed + 1].text.startswith("Исполнитель")


def test_way_to_answer_stands_on_the_page_of_its_questions() -> None:
    from docx import Document

    from surveys.definition.instrument import load_instrument
    from surveys.paper.blank import build_blank

    report = build_blank(load_instrument("teacher_deficits"))
    paragraphs = Document(io.BytesIO(written(report, "docx"))).paragraphs
    told = [one for one in paragraphs if one.text.startswith(("Ответ: 0", "Нужна ли вам помощь"))]
    assert len(told) >= 18  # nine blocks
    assert all(one.paragraph_format.keep_with_next for one in told)


def test_source_has_one_full_stop() -> None:
    report = KINDS["report"].build(full())
    table = report.tables[0].model_copy(update={"source": "ваши ответы, 14 октября 2026 г."})
    assert table.afterwords[-1] == "Источник: ваши ответы, 14 октября 2026 г."
