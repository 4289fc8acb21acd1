"""Student's quantile against scipy, moments against numpy, figures that do not exist."""

import numpy as np
import pytest
from scipy import stats

from surveys.statistics.measures import (
    Moments,
    alpha,
    ci95,
    correction,
    item_rest_r,
    reliability,
    t_distribution,
    t_quantile,
    worst_case,
)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 9, 19, 30, 67, 100, 249, 1000, 40_000, 1_299_999])
@pytest.mark.parametrize("p", [0.6, 0.95, 0.975, 0.995])
def test_student_quantile_agrees_with_scipy(df, p):
    assert t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9)


@pytest.mark.parametrize("t", [-3.0, -0.2, 0.4, 2.5, 30.0])
def test_student_distribution_agrees_with_scipy(t):
    assert t_distribution(t, 7) == pytest.approx(stats.t.cdf(t, 7), rel=1e-10)


def test_moments_of_parts_merge_to_the_whole():
    table = np.random.default_rng(1).normal(1e6, 1, (500, 3))
    parts = [Moments.of(part) for part in np.split(table, [3, 3, 77, 400])]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.merge(part)
    assert whole.n == 500
    assert whole.products / 499 == pytest.approx(np.cov(table.T), rel=1e-9, abs=1e-9)


def test_census_has_no_sampling_error_and_half_a_population_little():
    assert correction(30, 30) == 0
    assert correction(10, 19) == pytest.approx((9 / 18) ** 0.5)  # by hand
    low, high = ci95(50, 10, 30, 30)
    assert low == high == 50


def test_alpha_of_parallel_items_is_one_and_of_opposed_items_does_not_exist():
    same = np.array([[1.0, 1.0], [1.0, 1.0]])
    assert alpha(same) == pytest.approx(1)
    assert alpha(np.array([[1.0, -1.0], [-1.0, 1.0]])) is None
    assert alpha(np.array([[1.0]])) is None
    assert alpha(np.array([[1.0, -0.3], [-0.3, 1.0]])) == pytest.approx(2 * (1 - 2 / 1.4))  # negative, by hand


def test_negative_alpha_is_a_reason_with_its_value_and_no_reliability():
    opposed = Moments(9, np.zeros(2), np.array([[1.0, -0.3], [-0.3, 1.0]]))
    value, reason = reliability(opposed)
    assert value is None
    assert "(−0,86)" in reason  # by hand: 2 x (1 - 2 / 1.4) = -0.857
    constant = Moments(9, np.zeros(3), np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 0.0]]))
    assert reliability(constant)[0] == pytest.approx(1.5 * (1 - 2 / 3))
    assert reliability(constant, without=0) == (pytest.approx(0), "")


def test_rest_correlation_of_a_constant_item_does_not_exist():
    assert item_rest_r(np.array([[0.0, 0.0], [0.0, 2.0]]), 0) is None


def test_worst_case_bounds_by_hand():
    # 11 of 25 answered «yes», 40 were asked: from 11/40 to 26/40.
    assert worst_case(11, 25, 40) == (27.5, 65.0)
