"""A whole wave summarised straight from the stored vectors of codes, by parts: for regions and larger.

Closed questions only; memory does not grow with the number of submissions.
"""

import gc
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.models import Submission
from surveys.definition.instrument import Instrument

if TYPE_CHECKING:
    from surveys.statistics.summary import ScaleTotals, Summary

PART = 131_072
Part = tuple[list[int], list[bytes]]


@dataclass
class Totals:
    """The summary of all, and block figures of each school in the order of ``schools`` (ids)."""

    whole: "Summary"
    schools: list[int]
    by_school: "ScaleTotals"


def read_parts(connection: sa.Connection, wave_id: int) -> Generator[Part]:
    """(school ids, vectors of codes) of the submissions of a wave, many thousands at a time."""
    query = sa.select(Submission.school_id, Submission.codes).where(
        Submission.wave_id == wave_id, Submission.withdrawn_utc.is_(None)
    )
    # From the driver itself: a number and bytes need nothing done to them, and a row object costs half as much again.
    driver: Any = connection.connection.driver_connection
    streamed = {"name": "parts", "binary": True} if connection.dialect.name == "postgresql" else {}
    with closing(driver.cursor(**streamed)) as cursor, ThreadPoolExecutor(1) as reader:
        cursor.execute(str(query.compile(connection, compile_kwargs={"literal_binds": True})))
        coming = reader.submit(cursor.fetchmany, PART)
        while part := coming.result():
            coming = reader.submit(cursor.fetchmany, PART)  # the database reads on while this part is summed
            schools, codes = zip(*part, strict=True)
            yield list(schools), list(codes)


def _uncollected(parts: Generator[Part]) -> Generator[Part]:
    """The same parts without passes of the collector of cycles: millions of rows make none, and looking costs half."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield from parts
    finally:
        if collecting:
            gc.enable()


def summarise_stored(connection: sa.Connection, wave_id: int, instrument: Instrument, schools: list[int]) -> Totals:
    """Items, blocks, reliability and cases of all; block figures of every school of ``schools``.

    Raises:
        LookupError: the wave has no submission, or one of a school that is not listed.
    """
    import numpy as np

    from surveys.answers.answer_set import AnswerSet
    from surveys.statistics.scoring import score_all
    from surveys.statistics.summary import scale_totals, summarise

    order = np.argsort(np.asarray(schools))
    known = np.asarray(schools)[order]
    whole: Summary | None = None
    by_school: ScaleTotals | None = None
    with closing(_uncollected(read_parts(connection, wave_id))) as parts:
        for ids, codes in parts:
            answers = AnswerSet.from_packed(instrument, codes)
            place = np.searchsorted(known, ids)
            if (place == len(known)).any() or (known[place] != ids).any():
                raise LookupError("a submission of a school outside the wave")
            scores = score_all(answers, instrument)
            totals = scale_totals(scores, instrument, group=order[place], groups=len(schools))
            part = summarise(answers, instrument, scores=scores, totals=totals)
            whole = part if whole is None else whole.merge(part)
            by_school = totals if by_school is None else by_school.merge(totals)
    if whole is None or by_school is None:
        raise LookupError("no submission")
    return Totals(whole, list(schools), by_school)
