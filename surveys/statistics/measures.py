"""Means, spread, intervals, reliability: from mergeable moments, with a reason wherever a figure does not exist.

Plain Python and numpy; Student's quantile is computed here, so that scipy is not needed at run time. Conventions and
sources: docs/statistics.md.
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEW = "меньше двух ответов"
NO_ANSWERS = "нет ответов"
ONE_ITEM = "в шкале меньше двух пунктов"
TWO_ITEMS = "без этого пункта в шкале меньше двух"
FLAT = "ответы не различаются"
NEGATIVE = "альфа отрицательна ({}): пункты противоречат друг другу, проверьте, какие из них обратные"
DUST = 1e-9  # rounding of a reliability that is nought, as where one of two items is constant


@dataclass
class Notes:
    """Reasons for figures that do not exist, by their path in the document."""

    found: list[dict[str, str]] = field(default_factory=list)

    def none(self, path: str, reason: str) -> None:
        """Record that there is no figure at ``path``."""
        self.found.append({"path": path, "reason": reason})


@dataclass
class Moments:
    """Count, means and centred cross-products of k columns; merging is exact to rounding.

    ``n``: complete rows; ``mean``: (k,); ``products``: (k, k) sums of products of deviations.
    Source: Chan, Golub & LeVeque (1983), The American Statistician 37(3).
    """

    n: int
    mean: Floats
    products: Floats

    @classmethod
    def empty(cls, columns: int) -> "Moments":
        """Moments of no rows."""
        return cls(0, np.zeros(columns), np.zeros((columns, columns)))

    @classmethod
    def of(cls, table: NDArray[Any]) -> "Moments":
        """Moments of an (n, k) table without gaps."""
        if not len(table):
            return cls.empty(table.shape[1])
        mean = table.mean(axis=0, dtype=np.float64)
        centred = table - mean
        return cls(len(table), mean, centred.T @ centred)

    def merge(self, other: "Moments") -> "Moments":
        """Moments of both sets of rows."""
        total = self.n + other.n
        if not self.n or not other.n:
            return other if not self.n else self
        step = other.mean - self.mean
        mean = self.mean + step * (other.n / total)
        products = self.products + other.products + np.outer(step, step) * (self.n * other.n / total)
        return Moments(total, mean, products)

    def sd(self, place: int = 0) -> float | None:
        """Standard deviation (n - 1) of one column; None for n < 2."""
        return math.sqrt(max(float(self.products[place, place]), 0.0) / (self.n - 1)) if self.n > 1 else None


def ci95(mean: float, sd: float, n: int, population: int | None = None) -> tuple[float, float]:
    """Student's interval of a mean with the finite population correction where ``population`` is given; n >= 2."""
    error = sd / math.sqrt(n) * correction(n, population)
    reach = t_quantile(0.975, n - 1) * error
    return mean - reach, mean + reach


def correction(n: int, population: int | None) -> float:
    """sqrt((N - n) / (N - 1)); 1 without a population, 0 at a census. Source: Cochran (1977), Sampling Techniques."""
    if population is None:
        return 1.0
    return math.sqrt(max(population - n, 0) / (population - 1)) if population > 1 else 0.0


def alpha(covariance: Floats) -> float | None:
    """Cronbach's alpha from a covariance (or products) matrix; None for fewer than two items or no spread.

    Source: Cronbach (1951), Psychometrika 16(3). May be negative.
    """
    k = len(covariance)
    total = float(covariance.sum())
    trace = float(np.trace(covariance))
    if k < 2 or total <= 1e-12 * max(trace, 1e-300):
        return None
    return k / (k - 1) * (1 - trace / total)


def reliability(moments: Moments, without: int | None = None) -> tuple[float | None, str]:
    """(alpha of complete cases, why there is none); ``without``: the place of an item that is left out.

    A negative alpha is told in the reason only: it is no reliability but a sign of items that were not turned.
    """
    kept = [at for at in range(len(moments.mean)) if at != without]
    if len(kept) < 2:
        return None, ONE_ITEM if without is None or len(moments.mean) < 2 else TWO_ITEMS
    if moments.n < 2:
        return None, FEW
    value = alpha(moments.products[np.ix_(kept, kept)])
    if value is None:
        return None, FLAT
    return (value, "") if value > -DUST else (None, NEGATIVE.format(f"{value:.2f}".replace(".", ",").replace("-", "−")))


def item_rest_r(covariance: Floats, place: int) -> float | None:
    """Correlation of one item with the sum of the others; None where one of them does not vary."""
    own = float(covariance[place, place])
    with_all = float(covariance[place].sum())
    rest = float(covariance.sum()) - 2 * with_all + own
    size = max(float(np.abs(covariance).max()), 1e-300) if covariance.size else 0.0
    if len(covariance) < 2 or own <= 1e-12 * size or rest <= 1e-12 * size:
        return None
    return (with_all - own) / math.sqrt(own * rest)


def worst_case(count: int, n: int, population: int) -> tuple[float, float]:
    """Percent bounds of a share if those who did not answer were all outside, or all inside, the class.

    Source: Manski (1989), Journal of Human Resources 24(3), bounds without assumptions.
    """
    return 100 * count / population, 100 * (count + population - n) / population


@lru_cache(maxsize=4096)
def t_quantile(p: float, df: int) -> float:
    """Quantile of Student's t for 0.5 < p < 1 and whole ``df`` >= 1; exact to 1e-9.

    Newton's steps on the distribution function, begun at the normal quantile with the first terms of Cornish-Fisher.
    Source: Abramowitz & Stegun (1964), 26.7.5 for the beginning and 26.7.1 for the function.
    """
    if df == 1:
        return math.tan(math.pi * (p - 0.5))
    if df == 2:
        return (2 * p - 1) * math.sqrt(2 / (4 * p * (1 - p)))
    z = _normal_quantile(p)
    t = z + (z**3 + z) / (4 * df) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)
    t += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * df**3)
    if df >= 5000:  # the next term is under 1e-13, and the gamma functions lose more
        return t
    for _ in range(60):
        step = (t_distribution(t, df) - p) / _t_density(t, df)
        t -= step
        if abs(step) < 1e-13 * abs(t):
            break
    return t


def t_distribution(t: float, df: int) -> float:
    """P(T <= t) of Student's t through the incomplete beta function."""
    tail = 0.5 * _incomplete_beta(df / 2, 0.5, df / (df + t * t))
    return 1 - tail if t > 0 else tail


def _t_density(t: float, df: int) -> float:
    log = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return math.exp(log - (df + 1) / 2 * math.log1p(t * t / df))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised I_x(a, b) by Lentz's continued fraction. Source: DLMF 8.17.22; Numerical Recipes 6.4."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    log = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x >= (a + 1) / (a + b + 2):
        return 1 - math.exp(log) * _fraction(b, a, 1 - x) / b
    return math.exp(log) * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, 10000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away(1 + even * d, tiny)
        c = _away(1 + even / c, tiny)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away(1 + odd * d, tiny)
        c = _away(1 + odd / c, tiny)
        value *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return value


def _away(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny


def _normal_quantile(p: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)
