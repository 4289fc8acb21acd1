"""The one gate: summaries of answers go in, figures that may leave the program come out.

Every page, document, chart, export and finding about respondents' answers reads the ``Released`` value made here.
"""

from collections.abc import Mapping

from surveys.answers.answer_set import AnswerSet
from surveys.definition.instrument import Instrument
from surveys.disclosure.blocks import Decisions
from surveys.disclosure.group_figures import Writer
from surveys.disclosure.groups import LEAST_K, hide_groups
from surveys.disclosure.large import as_blocks_allow
from surveys.disclosure.released import Change, Hidden, Released
from surveys.statistics.summary import Summary, merge_all, summarise


def release(
    instrument: Instrument,
    summaries: Mapping[str, Summary],
    population: Mapping[str, int],
    *,
    wave: str,
    snapshot: int,
    taken_utc: str = "",
    labels: Mapping[str, str] | None = None,
    municipality: str = "Муниципалитет",
    k: int = LEAST_K,
    units: Mapping[str, str] | None = None,
    changes: list[tuple[str, Change]] | None = None,
    previous: tuple[str, int] | None = None,
    complementary: bool = True,
) -> Released:
    """Apply the disclosure policy to a whole wave.

    Args:
        summaries: school code -> summary of its respondents; a school nobody answered in may be left out.
        population: school code -> number of teachers asked. Schools appear in this order.
        labels: code -> printed name.
        k: the smallest group that is shown; never under 5.
        units: school code -> code of the reporting unit it was joined to before the wave opened.
        changes: figures of ``release_changes``, carried along; ``previous`` is the wave and the number of the snapshot
            that they are counted from.
        complementary: False leaves sums open to subtraction; a negative control for tests.

    Raises:
        ValueError: k under 5, or a school with more respondents than teachers.
    """
    if k < LEAST_K:
        raise ValueError(f"k is {k}, it is never under {LEAST_K}")
    groups, people = _pool(instrument, summaries, population, units or {})
    for name, group in groups.items():
        if group.rows > people[name]:
            raise ValueError(f"{name}: {group.rows} respondents of {people[name]}")
    total = merge_all(list(groups.values())) if groups else _nobody(instrument)
    sizes = {name: group.rows for name, group in groups.items()}
    hidden: dict[str, Hidden] = hide_groups(sizes, k, complementary=complementary)
    if total.rows < k:
        hidden = dict.fromkeys(sizes, "primary")
    decided = Decisions(instrument, groups, people, total, hidden, k, complementary=complementary)
    writer = Writer(decided)
    names = labels or {}
    return Released(
        wave=wave,
        instrument=instrument.code,
        instrument_sha256=instrument.sha256(),
        k=k,
        snapshot=snapshot,
        taken_utc=taken_utc,
        municipality=as_blocks_allow(instrument, writer.municipality(municipality)),
        schools=[as_blocks_allow(instrument, writer.school(name, names.get(name, name))) for name in groups],
        changes=changes or [],
        previous=previous[0] if previous else "",
        previous_snapshot=previous[1] if previous else None,
    )


def _pool(
    instrument: Instrument, summaries: Mapping[str, Summary], population: Mapping[str, int], units: Mapping[str, str]
) -> tuple[dict[str, Summary], dict[str, int]]:
    groups: dict[str, Summary] = {}
    people: dict[str, int] = {}
    for name in [*population, *(one for one in summaries if one not in population)]:
        unit = units.get(name, name)
        summary = summaries.get(name) or _nobody(instrument)
        groups[unit] = groups[unit].merge(summary) if unit in groups else summary
        people[unit] = people.get(unit, 0) + population.get(name, summary.rows)
    return groups, people


def _nobody(instrument: Instrument) -> Summary:
    return summarise(AnswerSet.from_checked(instrument, []), instrument)
