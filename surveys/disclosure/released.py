"""What may be shown of a wave: the value that the disclosure gate gives out, and the only source of group figures.

Pages, documents, findings and exports read these and never the answers. Every figure carries its n. A figure that may
not be shown is absent (``None``) and ``hidden`` says why.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Hidden = Literal["primary", "complementary"]
LevelCode = Literal["none", "low", "medium", "high"]


class Figures(BaseModel):
    """A frozen group of figures; ``None`` means that the figure may not be shown or does not exist."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Share(Figures):
    """How many of ``n`` are in a class, as it may be printed.

    ``kind``: «exact» count and percent are both given; «below»: fewer than ``bound``; «at_least»: not fewer than it;
    «band_high» / «band_low»: homogeneous small group, printed «80 % и более» / «20 % и менее»; «hidden»: nothing.
    """

    kind: Literal["exact", "below", "at_least", "band_high", "band_low", "hidden"]
    n: int | None
    count: int | None = None
    percent: float | None = None  # unrounded
    bound: int | None = None
    hidden: Hidden | None = None
    worst_case: tuple[float, float] | None = None  # percent bounds when the response rate is under 80 %


class ScaleFigures(Figures):
    """One block of one group. ``mean`` is practice M and ``need`` is wanted help N, both 0-100, unrounded."""

    scale: str
    n: int
    hidden: Hidden | None = None
    mean: float | None = None
    need: float | None = None
    need_n: int | None = None  # of how many ``need`` is; not kept in the first snapshots
    level: LevelCode | None = None  # level of the mean
    deficit: Share | None = None  # medium + high
    levels: dict[LevelCode, int] | None = None  # municipality, or 50 and more
    sd: float | None = None  # 20 and more
    ci95: tuple[float, float] | None = None
    alpha: float | None = None


class ItemFigures(Figures):
    """One item over a large group. ``mean_adjusted``: raw codes with reversed items turned, 0-4 for practice items."""

    item: str
    n: int  # answered
    seen: int | None  # were asked; None where those who were not are 1..k-1: another answer decides who is asked
    total: int  # teachers of the group, those who sent nothing too
    mean_adjusted: float | None = None
    counts: dict[str, int] | None = None  # by option code; None where a count of 1..k-1 would show
    not_applicable: int | None = None
    need_counts: dict[str, int] | None = None
    low: Share | None = None  # adjusted practice under 60 % of the maximum


class ChoiceFigures(Figures):
    """How often each option of a select_multiple, rank or select_one context item was named; shares of ``n``."""

    item: str
    n: int  # answered
    seen: int | None = None  # as of an item; not kept in the first snapshots
    total: int | None = None
    options: dict[str, Share]


class Quadrants(Figures):
    """Teachers x blocks by M < 60 and N >= 50. Shares are of teachers with both scores, over all blocks or in one."""

    n: int
    with_request: Share  # deficit, help wanted
    hidden_deficit: Share  # deficit, help not wanted
    development: Share  # no deficit, help wanted
    resource: Share


class GroupFigures(Figures):
    """Everything that may be shown of one group."""

    code: str  # school code, or «municipality»
    label: str
    population: int
    n: int
    rate: float | None  # n / population
    hidden: Hidden | None = None
    scales: list[ScaleFigures] = []
    items: list[ItemFigures] = []
    choices: list[ChoiceFigures] = []
    quadrants: list[tuple[str, Quadrants]] = []  # (scale or «all», figures)
    flagged: Share | None = None  # submissions with a response-quality flag
    soft: Share | None = None  # submissions with a soft flag and no other
    sensitivity: Literal["same", "changes"] | None = None
    aggregates: dict[str, float] = {}  # named figures that rules read: mentor_ready, form_mentor, hidden_share
    aggregate_n: dict[str, int] = {}  # of how many each of them was counted


class Change(Figures):
    """One block between two stages, the same persons. Shares of the deficit are of the municipality only."""

    scale: str
    matched: int | None
    before: float | None = None
    after: float | None = None
    change: float | None = None
    sd_change: float | None = None
    deficit_before: Share | None = None
    deficit_after: Share | None = None
    hidden: Hidden | None = None
    comparable: bool = True  # False: the block's items changed between the versions


class Released(Figures):
    """All group figures of one snapshot."""

    wave: str
    instrument: str  # code
    instrument_sha256: str
    k: int
    snapshot: int
    taken_utc: str
    municipality: GroupFigures
    schools: list[GroupFigures]
    changes: list[tuple[str, Change]] = []  # (group code, change since the previous stage)
    previous: str = ""  # code of the wave that the changes are counted from
    previous_snapshot: int | None = None

    def compared(self, code: str) -> bool:
        """Whether the group has changes since a stage before, shown or hidden."""
        return any(group == code for group, _ in self.changes)

    def group(self, code: str) -> GroupFigures:
        """The municipality or one school; KeyError where there is no such group."""
        if code == self.municipality.code:
            return self.municipality
        for school in self.schools:
            if school.code == code:
                return school
        raise KeyError(code)
