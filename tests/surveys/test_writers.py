"""Four dresses and JSON of one report, read back by independent programs: the same numbers, nothing hidden."""

import io
import json
import re
import subprocess
import zipfile

import pytest

from surveys.findings.finding import find
from surveys.findings.rules import load_rules
from surveys.report.build import build_report, measure_text
from surveys.report.details import precision_table
from surveys.report.document import Report
from surveys.writers import FORMATS, write_report
from tests.surveys.sample_released import SECRET, context, questionnaire, released

NBSP = "\u00a0"


def report(scope: str) -> Report:
    """A report with every finding accepted."""
    found = find(released(), scope.removeprefix("school:"), load_rules(), questionnaire())
    return build_report(context(scope, findings=found, measures=[measure_text(one) for one in found]))


@pytest.fixture(scope="module")
def written() -> dict[str, bytes]:
    """The municipality's report in every format."""
    value = report("municipality")
    files = {}
    for kind in FORMATS:
        stream = io.BytesIO()
        write_report(value, kind, stream)
        files[kind] = stream.getvalue()
    return files


def printed_numbers() -> list[str]:
    """What every dress must show: some printed figures of the blocks table, by hand from the sample."""
    return ["58,2", "45,1", "61,9", "44", "51", "82,4"]


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00ad", ""))


def docx_document(data: bytes):
    from docx import Document

    return Document(io.BytesIO(data))


def pdf_text(data: bytes) -> str:
    from pypdf import PdfReader

    return flat(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def test_docx_tables_hold_the_printed_cells(written):
    value, document = report("municipality"), docx_document(written["docx"])
    assert len(document.tables) == len(value.tables)
    for native, table in zip(document.tables, value.tables, strict=True):
        assert [flat(cell.text) for cell in native.rows[0].cells] == [flat(column.title) for column in table.columns]
        for line, row in zip(native.rows[1:], table.rows, strict=True):
            assert [cell.text for cell in line.cells] == [cell.printed for cell in row.cells]
    xml = document.element.xml
    assert "<w:softHyphen/>" in xml  # long words of narrow columns may be parted
    assert "\u00ad" not in xml  # but Word would print this character and not find the word


def test_docx_is_laid_out_by_the_standard(written):
    from docx.shared import Mm

    document = docx_document(written["docx"])
    first = document.sections[0]
    margins = (first.left_margin, first.right_margin, first.top_margin, first.bottom_margin)
    assert [round(margin / Mm(1)) for margin in margins] == [30, 10, 20, 20]
    assert (round(first.page_width / Mm(1)), round(first.page_height / Mm(1))) == (210, 297)
    assert first.different_first_page_header_footer
    assert "PAGE" in first.header._element.xml
    assert "PAGE" not in first.first_page_header._element.xml
    assert any(section.page_width > section.page_height for section in document.sections)
    normal = document.styles["Normal"]
    assert (normal.font.name, normal.font.size.pt, normal.paragraph_format.line_spacing) == (
        "Liberation Serif",
        14,
        1.15,
    )
    assert round(normal.paragraph_format.first_line_indent / Mm(0.1)) == 125


def test_docx_has_real_headings_repeated_heads_and_unbroken_rows(written):
    document = docx_document(written["docx"])
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings[:3] == ["Основание, цель и порядок проведения", "Охват и ограничения", "Главное"]
    assert "Приложение 1. Остальные меры" in headings
    for table in document.tables:
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert all("w:cantSplit" in row._tr.xml for row in table.rows)
        assert all(int(cell.width) > 0 for cell in table.rows[0].cells)
        assert all(int(column.width) > 0 for column in table.columns)
    with zipfile.ZipFile(io.BytesIO(written["docx"])) as archive:
        styles = archive.read("word/styles.xml").decode()
    heading = re.search(r'w:styleId="Heading1".*?</w:style>', styles, re.DOTALL)
    assert heading
    assert "Theme" not in heading[0].split("<w:rPr>")[1].split("<w:color")[0]
    assert 'w:lang w:val="ru-RU"' in styles


def test_docx_says_title_author_language_and_alt_text(written):
    document = docx_document(written["docx"])
    properties = document.core_properties
    assert properties.title.startswith("Аналитическая справка о результатах входной диагностики")
    assert (properties.author, properties.language) == ("А.П. Озёрная", "ru-RU")
    alts = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert alts == [figure.alt for figure in report("municipality").figures]


def test_demo_mark_stands_on_every_page(written):
    from pypdf import PdfReader

    document = docx_document(written["docx"])
    headers = [document.sections[0].header, document.sections[0].first_page_header]
    assert all("Демонстрационные данные" in "".join(one.text for one in header.paragraphs) for header in headers)
    for section in document.sections[1:]:
        assert section.header.is_linked_to_previous
        assert not section.different_first_page_header_footer
    pages = PdfReader(io.BytesIO(written["pdf"])).pages
    assert all("Демонстрационные данные" in flat(page.extract_text()) for page in pages)


def test_pdf_shows_the_numbers_and_is_tagged(written):
    from pypdf import PdfReader

    text = pdf_text(written["pdf"])
    for number in printed_numbers():
        assert number in text
    assert "скрыто: менее 5 ответов" in text
    root = PdfReader(io.BytesIO(written["pdf"])).trailer["/Root"]
    assert root["/Lang"].lower().startswith("ru")
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert PdfReader(io.BytesIO(written["pdf"])).metadata.title.startswith("Аналитическая справка")


def test_kabardian_palochka_stands_in_letterhead(written):
    name = "щӀыналъэм егъэджэныгъэмкӀэ"
    assert name in pdf_text(written["pdf"])
    assert any(name in paragraph.text for paragraph in docx_document(written["docx"]).paragraphs)


def test_xlsx_has_typed_numbers_words_and_a_frozen_head(written):
    from openpyxl import load_workbook

    value, book = report("municipality"), load_workbook(io.BytesIO(written["xlsx"]))
    assert book.sheetnames[0] == "Справка"
    assert book.sheetnames[-1] == "Справочник"
    for table, name in zip(value.tables, book.sheetnames[1:-1], strict=True):
        sheet = book[name]
        assert sheet.freeze_panes == "B5"
        head = [cell.value for cell in sheet[4][: len(table.columns)]]
        assert head == [column.title for column in table.columns]
        for at, row in enumerate(table.rows, start=5):
            read = [cell.value for cell in sheet[at][: len(table.columns)]]
            for found, cell in zip(read, row.cells, strict=True):
                if isinstance(cell.value, int | float):
                    assert found == pytest.approx(cell.value)
                else:
                    assert found == cell.printed
    with zipfile.ZipFile(io.BytesIO(written["xlsx"])) as archive:
        assert [name for name in archive.namelist() if "charts/chart" in name]
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets/" in name)


def test_words_of_a_person_cannot_become_a_formula_or_markup():
    from openpyxl import load_workbook

    value = report("school:demo1").model_copy(update={"subtitle": '=HYPERLINK("x") <script>alert(1)</script>'})
    stream = io.BytesIO()
    write_report(value, "xlsx", stream)
    cells = [row[0].value for row in load_workbook(stream)["Справка"].iter_rows()]
    assert value.subtitle in cells
    with zipfile.ZipFile(stream) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets/" in name)
    page = io.BytesIO()
    write_report(value, "html", page)
    assert b"<script" not in page.getvalue()
    assert b"&lt;script&gt;" in page.getvalue()
    paper = io.BytesIO()
    write_report(value, "pdf", paper)
    assert "<script>alert(1)" in pdf_text(paper.getvalue())


def test_html_has_every_table_cell_and_no_inline_style(written):
    page = written["html"].decode()
    for table in report("municipality").tables:
        assert f'id="t-{table.id}"' in page
        for row in table.rows:
            assert all(cell.printed.replace("&", "&amp;") in page for cell in row.cells)
    assert " style=" not in page
    assert "<script" not in page
    assert page.count("<table") == page.count("</table>") == len(report("municipality").tables)


def test_json_is_the_contract(written):
    assert json.loads(written["json"]) == report("municipality").contract()


@pytest.mark.parametrize("scope", ["municipality", "school:demo4", "school:demo5"])
@pytest.mark.parametrize("kind", FORMATS)
def test_hidden_figures_stand_in_no_format(scope, kind):
    stream = io.BytesIO()
    write_report(report(scope), kind, stream)
    data = stream.getvalue()
    parts = [data]
    if kind in ("docx", "xlsx"):
        with zipfile.ZipFile(stream) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
    text = pdf_text(data) if kind == "pdf" else ""
    for secret in (str(SECRET), "13,57", "13,6"):
        assert not any(secret.encode() in part for part in parts)
        assert secret not in text


@pytest.mark.parametrize("kind", ["pdf", "html", "json"])
def test_equal_reports_give_equal_bytes(kind):
    first, second = io.BytesIO(), io.BytesIO()
    write_report(report("school:demo1"), kind, first)
    write_report(report("school:demo1"), kind, second)
    assert first.getvalue() == second.getvalue()


def test_unknown_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match="неизвестный формат «odt»"):
        write_report(report("school:demo4"), "odt", tmp_path / "x.odt")  # type: ignore[arg-type]


@pytest.mark.office
def test_libreoffice_opens_the_document(written, tmp_path):
    source = tmp_path / "report.docx"
    source.write_bytes(written["docx"])
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = pdf_text((tmp_path / "report.pdf").read_bytes())
    for number in printed_numbers():
        assert number in text


def test_xlsx_prints_alpha_with_two_decimals_and_a_mean_with_one():
    from openpyxl import load_workbook

    group = released().municipality
    exact_figures = {"mean": 58.26, "sd": 12.54, "alpha": 0.8449}
    group = group.model_copy(update={"scales": [group.scales[0].model_copy(update=exact_figures)]})
    table = precision_table(group, questionnaire(), "s")
    value, stream = report("municipality").model_copy(update={"tables": [table], "figures": []}), io.BytesIO()
    write_report(value, "xlsx", stream)
    sheet = load_workbook(stream).worksheets[1]
    cells = {head.value: cell for head, cell in zip(sheet[4], sheet[5], strict=True)}
    for title, number, printed in (("Альфа Кронбаха", 0.8449, "0.00"), ("Освоенность M", 58.26, "0.0")):
        assert (cells[title].value, cells[title].number_format) == (number, printed)


def test_xlsx_prints_no_wider_than_its_table(written):
    """A long source in one cell would shrink the printed sheet; over the whole table it is wrapped."""
    from openpyxl import load_workbook

    value, book = report("municipality"), load_workbook(io.BytesIO(written["xlsx"]))
    for table, name in zip(value.tables, book.sheetnames[1:-1], strict=True):
        wide = {str(one) for one in book[name].merged_cells.ranges}
        last = "ABCDEFGHIJKLMNOP"[len(table.columns) - 1]
        assert wide == {f"A{row}:{last}{row}" for row in (1, 2, 3)}
        assert book[name]["A3"].alignment.wrap_text
        assert table.source in book[name]["A3"].value
