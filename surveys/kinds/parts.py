"""What all kinds of documents share: the frame of a report, its numbered sections, appendix of the snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from surveys.report.context import ReportContext
from surveys.report.document import Figure, Letterhead, Paragraph, Report, Section, Style, Table
from surveys.report.method import snapshot_texts
from surveys.russian import tie

PREFIXES: dict[Style, str] = {"subhead": "## ", "item": "- ", "note": "~ "}
LONG = 8  # tables and figures, from which a document has contents


@dataclass
class Draft:
    """Sections, tables and figures as they are collected; numbers of tables and figures are given at the end."""

    sections: list[Section] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        code: str,
        title: str,
        paragraphs: Sequence[Paragraph],
        tables: Sequence[Table | None] = (),
        figures: Sequence[Figure | None] = (),
        *,
        appendix: bool = False,
        continues: bool = False,
        new_page: bool = False,
    ) -> None:
        """Add a section; None among tables and figures is left out."""
        shown = [table for table in tables if table is not None]
        drawn = [figure for figure in figures if figure is not None]
        self.tables += shown
        self.figures += drawn
        section = Section(
            id=code,
            title=title,
            paragraphs=list(paragraphs),
            tables=[table.id for table in shown],
            figures=[figure.id for figure in drawn],
            appendix=appendix,
            continues=continues,
            new_page=new_page,
        )
        self.sections.append(section)

    def add_snapshot(self, context: ReportContext) -> None:
        """The appendix with everything needed to get the same figures again."""
        texts = snapshot_texts(context.released, context.instrument, context.rules_sha256, context.settings.zone)
        self.add("snapshot", "Данные расчёта", texts, appendix=True, continues=True)


def finished(
    draft: Draft,
    context: ReportContext,
    kind: str,
    title: str,
    *,
    signed_after: str = "conclusions",
    approval: bool = False,
) -> Report:
    """The document of a draft, with the letterhead, a person's edits and what leads to its figures.

    Args:
        approval: print the block «УТВЕРЖДАЮ» of the letterhead.
    """
    settings = context.settings
    head: Letterhead = settings.letterhead
    if not approval:
        head = head.model_copy(update={"approval": []})
    elif "_" in head.date:  # who approves writes the date into the block
        head = head.model_copy(update={"date": "", "number": ""})
    return Report(
        title=title,
        subtitle=context.full_name or context.group.label,
        wave=context.released.wave,
        scope=context.scope,
        snapshot=context.released.snapshot,
        sections=[edited(section, context.edits) for section in draft.sections],
        tables=draft.tables,
        figures=draft.figures,
        measures=list(context.measures),
        letterhead=head,
        demo=settings.demo,
        status=settings.status,
        author=settings.author,
        made_on=settings.made_on,
        kind=kind,
        signed_after=signed_after,
        contents=len(draft.tables) + len(draft.figures) > LONG,
    )


def in_order_of_sections(draft: Draft) -> list[Table]:
    """Tables as they come in the document: their numbers follow from it."""
    known = {table.id: table for table in draft.tables}
    return [known[code] for section in draft.sections for code in section.tables]


def edited(section: Section, edits: Mapping[str, Sequence[str]]) -> Section:
    """The section with a person's paragraphs in place of computed ones, marked; an equal line keeps its figures."""
    if section.id not in edits:
        return section
    computed = dict(zip(as_lines(section), section.paragraphs, strict=True))
    texts = [computed.get(line) or _of_line(line) for line in edits[section.id]]
    return section.model_copy(update={"paragraphs": texts})


def as_lines(section: Section) -> list[str]:
    """Paragraphs as a person edits them: one a line, «## » before a subheading, «- » before an entry of a list."""
    return [PREFIXES.get(one.style, "") + one.text for one in section.paragraphs]


def _of_line(line: str) -> Paragraph:
    for style, prefix in PREFIXES.items():
        if line.startswith(prefix):
            return Paragraph(text=tie(line.removeprefix(prefix)), style=style, edited=True)
    return Paragraph(text=tie(line), edited=True)
