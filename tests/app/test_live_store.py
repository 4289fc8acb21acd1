"""Summaries straight from the stored vectors are those of the answers themselves."""

import numpy as np
import pytest

from app.answers.live_store import summarise_stored
from app.extensions import db
from app.models import School
from app.results.stages import load_answers
from surveys.statistics.scoring import practice_items
from surveys.statistics.summary import summarise, summarise_by
from tests.app.wave_world import build_open_wave, packaged, the_wave


def test_stored_vectors_give_the_figures_of_the_answers(app, monkeypatch):
    build_open_wave()
    wave, instrument = the_wave(), packaged().questionnaire
    monkeypatch.setattr("app.answers.live_store.PART", 7)  # several parts, merged
    codes = {school.id: school.code for school in db.session.scalars(db.select(School))}
    totals = summarise_stored(db.session.connection(), wave.id, instrument, sorted(codes, reverse=True))
    answers, _keys = load_answers(wave.id, instrument)
    whole, schools = summarise(answers, instrument), summarise_by(answers, instrument, "school")
    assert totals.whole.rows == 37
    for scale in instrument.scales:
        products = totals.whole.products[scale.name].products
        np.testing.assert_allclose(products, whole.products[scale.name].products, atol=1e-9)
        for item in practice_items(instrument, scale.name):
            assert (totals.whole.counts[item.name] == whole.counts[item.name]).all()
    np.testing.assert_allclose(totals.whole.scales.mean, whole.scales.mean, atol=1e-9)
    for place, number in enumerate(totals.schools):
        own = schools[codes[number]].scales
        assert totals.by_school.n[place].tolist() == own.n[0].tolist()
        np.testing.assert_allclose(totals.by_school.mean[place], own.mean[0], atol=1e-9)


def test_submission_of_a_school_outside_the_wave_is_refused(app):
    build_open_wave()
    with pytest.raises(LookupError, match="outside"):
        summarise_stored(db.session.connection(), the_wave().id, packaged().questionnaire, [10_000])
    with pytest.raises(LookupError, match="no submission"):
        summarise_stored(db.session.connection(), 10_000, packaged().questionnaire, [1])
