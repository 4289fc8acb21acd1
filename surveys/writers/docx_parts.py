"""Pieces of a Word document that need more than python-docx says: fonts, repeated heads, merged words, alt text."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from surveys.report.document import Report, Row, Table

FONT = "Liberation Serif"  # free, metric twin of the substitute named beside it
SUBSTITUTE = "Times New Roman"
TABLE_TEXT = "Table Text"
SHORT_TABLE = 12  # rows
LETTER_MM = 0.215  # width of a letter at one point of size, bold included
SHADES = {"none": "FFFFFF", "low": "F2F2F2", "medium": "DDDDDD", "high": "BFBFBF"}
# a syllable ends after a vowel and at most one consonant, before a consonant with a vowel; two letters stay at the ends
SOFT_HYPHEN = "\u00ad"
SYLLABLE = re.compile(
    r"(?<=\w)([аеёиоуыэюя](?:[бвгджзйклмнпрстфхцчшщ]ь?)?)(?=[бвгджзклмнпрстфхцчшщ][аеёиоуыэюя]\w)", re.IGNORECASE
)


def set_fonts(document: Any, language: str) -> None:
    """One serif font everywhere, theme fonts removed; styles of an official paper; the language of the text."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    styles = document.styles
    _default_language(styles, language)
    _style(styles["Normal"], 14)
    body = styles["Normal"].paragraph_format
    body.alignment, body.line_spacing, body.space_after = WD_ALIGN_PARAGRAPH.JUSTIFY, 1.15, Pt(0)
    body.first_line_indent = Mm(12.5)
    body.widow_control = True
    for name, size, before, after in (("Heading 1", 14, 14, 6), ("Heading 2", 14, 6, 2)):
        _style(styles[name], size, bold=True)
        heading = styles[name].paragraph_format
        heading.space_before, heading.space_after, heading.keep_with_next = Pt(before), Pt(after), True
        heading.first_line_indent, heading.alignment = Mm(0), WD_ALIGN_PARAGRAPH.LEFT
    for name, size in (("Title", 15), ("Subtitle", 14)):
        _style(styles[name], size, bold=True)
        form = styles[name].paragraph_format
        form.alignment, form.first_line_indent = WD_ALIGN_PARAGRAPH.CENTER, Mm(0)
        form.space_before, form.space_after = Pt(10 if name == "Title" else 0), Pt(6)
        for border in styles[name].element.xpath("./w:pPr/w:pBdr"):
            border.getparent().remove(border)
    _style(styles["List Bullet"], 14)
    bullets = styles["List Bullet"].paragraph_format
    bullets.line_spacing, bullets.space_after = 1.0, Pt(2)  # the main page is to be one page
    bullets.alignment = WD_ALIGN_PARAGRAPH.LEFT  # unbroken figures would tear a justified line apart
    for name in ("Header", "Footer"):
        _style(styles[name], 11)
        styles[name].paragraph_format.first_line_indent = Mm(0)
    for name, size, before, after, alignment in (
        ("Contents Title", 14, 10, 4, WD_ALIGN_PARAGRAPH.CENTER),
        ("Contents 1", 12, 0, 2, WD_ALIGN_PARAGRAPH.LEFT),
        ("Table Title", 12, 8, 3, WD_ALIGN_PARAGRAPH.LEFT),
        ("Table Note", 10, 2, 2, WD_ALIGN_PARAGRAPH.LEFT),
        (TABLE_TEXT, 11, 0, 0, WD_ALIGN_PARAGRAPH.LEFT),
        ("Figure", 12, 8, 0, WD_ALIGN_PARAGRAPH.CENTER),
        ("Figure Title", 12, 2, 8, WD_ALIGN_PARAGRAPH.CENTER),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _style(style, size)
        form = style.paragraph_format
        form.first_line_indent, form.alignment, form.line_spacing = Mm(0), alignment, 1.0
        form.space_before, form.space_after = Pt(before), Pt(after)
        form.keep_with_next = name in ("Table Title", "Figure", "Contents Title")
    _allow_hyphens(document)
    _name_substitute(document)


def _allow_hyphens(document: Any) -> None:
    """Long words may be parted in the narrow columns of tables, and nowhere else."""
    before = document.settings.element.xpath("./w:defaultTabStop")
    for stop in before[:1]:  # the schema wants it right here
        stop.addnext(_element("w:autoHyphenation", {}))
    later = ("w:kinsoku", "w:wordWrap", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")
    for name, value in (("Normal", "1"), (TABLE_TEXT, "0")):
        properties = document.styles[name].element.get_or_add_pPr()
        properties.insert_element_before(_element("w:suppressAutoHyphens", {"w:val": value}), *later)


def _style(style: Any, size: float, *, bold: bool = False) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)
        fonts.attrib.pop(qn(f"w:{name}Theme"), None)
    fonts.attrib.pop(qn("w:cstheme"), None)
    for spacing in style.element.xpath("./w:rPr/w:spacing | ./w:rPr/w:kern"):
        spacing.getparent().remove(spacing)


def _default_language(styles: Any, language: str) -> None:
    from docx.oxml.ns import qn

    for lang in styles.element.xpath("./w:docDefaults/w:rPrDefault/w:rPr/w:lang"):
        lang.set(qn("w:val"), language)
    for fonts in styles.element.xpath("./w:docDefaults/w:rPrDefault/w:rPr/w:rFonts"):
        fonts.attrib.clear()
        for name in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{name}"), FONT)


def _name_substitute(document: Any) -> None:
    """Tell Word which font to take where ours is not installed."""
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            entry = f'<w:font w:name="{FONT}"><w:altName w:val="{SUBSTITUTE}"/><w:family w:val="roman"/></w:font>'
            part._blob = part.blob.replace(b"</w:fonts>", entry.encode() + b"</w:fonts>")


def set_properties(document: Any, report: Report) -> None:
    """Title, author and language of the file."""
    from datetime import datetime

    properties = document.core_properties
    properties.title, properties.subject = report.title, report.subtitle
    properties.author = properties.last_modified_by = report.author
    properties.language, properties.comments = report.language, "; ".join(report.marks)
    if report.made_on:
        properties.created = properties.modified = datetime.fromisoformat(report.made_on)


def lay_out(section: Any, *, landscape: bool) -> None:
    """A4 with the margins of the standard; a landscape page is bound at its top."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    left, right, top, bottom = (20, 20, 30, 10) if landscape else (30, 10, 20, 20)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.header_distance = section.footer_distance = Mm(10)


def turn_page(document: Any, *, landscape: bool) -> None:
    """Begin a section of the other orientation; headers go on from the first one."""
    from docx.enum.section import WD_SECTION

    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = False
    lay_out(section, landscape=landscape)


def add_page_number(paragraph: Any) -> None:
    """A PAGE field."""
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "2"), ("end", "")):
        run = paragraph.add_run(text if kind == "text" else "")
        if kind in ("begin", "separate", "end"):
            run._r.append(_element("w:fldChar", {"w:fldCharType": kind}))
        elif not kind:
            instruction = _element("w:instrText", {"xml:space": "preserve"})
            instruction.text = text
            run._r.append(instruction)


def add_contents(document: Any, titles: Sequence[str]) -> None:
    """A table of contents that Word brings up to date, with its lines written out for programs that do not."""
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Mm

    for place, title in enumerate(titles):
        line = document.add_paragraph(style="Contents 1")
        line.paragraph_format.tab_stops.add_tab_stop(Mm(170), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        if place == 0:
            _field(line, 'TOC \\o "1-1" \\h \\z \\u', close=False)
        link = _element("w:hyperlink", {"w:anchor": _mark(place), "w:history": "1"})
        line._p.append(link)
        for run in (line.add_run(title), line.add_run("\t")):
            link.append(run._r)
        before = len(line._p)
        _field(line, f"PAGEREF {_mark(place)} \\h", shown="…")
        for run in list(line._p)[before:]:
            link.append(run)
        if place == len(titles) - 1:
            line.add_run()._r.append(_element("w:fldChar", {"w:fldCharType": "end"}))


def _field(paragraph: Any, code: str, *, shown: str = "", close: bool = True) -> None:
    """A field of Word, to be computed when the document is opened."""
    paragraph.add_run()._r.append(_element("w:fldChar", {"w:fldCharType": "begin", "w:dirty": "true"}))
    instruction = _element("w:instrText", {"xml:space": "preserve"})
    instruction.text = f" {code} "
    paragraph.add_run()._r.append(instruction)
    paragraph.add_run()._r.append(_element("w:fldChar", {"w:fldCharType": "separate"}))
    if close:
        paragraph.add_run(shown)
        paragraph.add_run()._r.append(_element("w:fldChar", {"w:fldCharType": "end"}))


def bookmark(heading: Any, place: int) -> None:
    """The mark of a heading that the contents lead to."""
    start = _element("w:bookmarkStart", {"w:id": str(place + 1), "w:name": _mark(place)})
    heading._p.insert(1 if heading._p.pPr is not None else 0, start)
    heading._p.append(_element("w:bookmarkEnd", {"w:id": str(place + 1)}))


def _mark(place: int) -> str:
    return f"_Toc{place + 1:08d}"


def describe_picture(shape: Any, title: str, alt: str) -> None:
    """Alt text of an inline picture."""
    properties = shape._inline.docPr
    properties.set("title", title)
    properties.set("descr", alt)


def add_table(document: Any, table: Table, width_mm: float, *, size: float) -> None:
    """A native table: both column and cell widths, repeated head, unbroken rows, equal hidden words joined."""
    from docx.shared import Mm

    native = document.add_table(rows=0, cols=len(table.columns), style="Table Grid")
    native.autofit = False
    whole = sum(column.width for column in table.columns)
    widths = [Mm(width_mm * column.width / whole) for column in table.columns]
    for column, width in zip(native.columns, widths, strict=True):
        column.width = width
    properties = native._tbl.tblPr
    properties.append(_element("w:tblCaption", {"w:val": table.title}))
    properties.append(_element("w:tblDescription", {"w:val": ". ".join((table.title, *table.afterwords))}))
    head = native.add_row()
    _row_properties(head, head=True)
    for cell, column, width in zip(head.cells, table.columns, widths, strict=True):
        _fill(cell, _parted(column.title, width.mm, size - 1), width, size - 1, bold=True, right=False)
        _shade(cell, "E7E6E6")
    for row in table.rows:
        _add_row(native, row, table, widths, size)
    _hold_together(native, len(table.rows), wide=table.wide)


def _hold_together(native: Any, rows: int, *, wide: bool) -> None:
    """A short narrow table stays on one page with its notes; of another the last row does not go on alone."""
    lines = list(native._tbl.tr_lst)
    held = lines if rows <= SHORT_TABLE and not wide else [*lines[:1], *lines[-2:]]
    for line in held:
        for properties in line.xpath("./w:tc/w:p/w:pPr"):
            properties.get_or_add_keepNext()


def _parted(title: str, width_mm: float, size: float) -> str:
    """Soft hyphens in words wider than its column (margins take 4 mm)."""

    def part(found: re.Match[str]) -> str:
        word = found[0]
        return SYLLABLE.sub(rf"\1{SOFT_HYPHEN}", word) if len(word) * size * LETTER_MM > width_mm - 4 else word

    return re.sub(r"\w+", part, title)


def _add_row(native: Any, row: Row, table: Table, widths: list[Any], size: float) -> None:
    line = native.add_row()
    _row_properties(line, head=False)
    cells = line.cells
    same = [left.hidden and right.hidden and left.printed == right.printed for left, right in pairwise(row.cells)]
    for place, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
        joined = place > 0 and same[place - 1]
        right = table.columns[place].kind != "text" and not cell.hidden
        _fill(
            cells[place],
            "" if joined else _parted(cell.printed, width.mm, size),
            width,
            size,
            bold=row.total,
            right=right,
        )
        if cell.tone and not cell.hidden:
            _shade(cells[place], SHADES[cell.tone])
    for place in range(len(same), 0, -1):  # from the right, so that a run of equal words becomes one cell
        if same[place - 1]:
            merged = cells[place - 1].merge(cells[place])
            for extra in merged.paragraphs[1:]:
                extra._p.getparent().remove(extra._p)


def _row_properties(row: Any, *, head: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("w:cantSplit", {}))
    if head:
        properties.append(_element("w:tblHeader", {}))


def _fill(cell: Any, text: str, width: Any, size: float, *, bold: bool, right: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    cell.width = width
    paragraph = cell.paragraphs[0]
    paragraph._p.style = TABLE_TEXT.replace(" ", "")  # by its id: a look-up by name in every cell is slow
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    for place, piece in enumerate(text.split(SOFT_HYPHEN)):
        run = paragraph.add_run(piece)
        if place:  # Word shows the character itself as a hyphen and does not find words that hold it
            run._r.insert(0, _element("w:softHyphen", {}))
        run.font.size, run.bold = Pt(size), bold


def _shade(cell: Any, fill: str) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": fill}))


def _element(tag: str, attributes: dict[str, str]) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set("{http://www.w3.org/XML/1998/namespace}space" if name == "xml:space" else qn(name), value)
    return element
