"""What the municipality's levels tell of hidden counts of schools."""

from surveys.disclosure.groups import Mark
from surveys.disclosure.spread import Told, coarse, counts_open

LEVEL_STEPS = 5  # a level of fewer possible scores says nearly the score itself


def levels_open(told: Told, mark: Mark, edge: Mark, outer: int, inner: int, k: int, *, deficit: bool) -> bool:
    """Whether every count keeps its range where both levels of a class are told of all units together.

    ``edge``: where the levels of the class part; ``outer``: persons beyond it, ``inner``: between it and the mark.
    """
    if told.all:
        return True
    levels = ((0, edge.below), (edge.above, mark.below)) if deficit else ((mark.above, edge.below), (edge.above, 100))
    if any(coarse(low, high, mark.step, LEVEL_STEPS) for low, high in levels):
        return False
    for unit in told.units.values():
        for under in {unit.learned.low, unit.learned.high}:
            over, total = unit.n - under, unit.mean * unit.n
            if deficit:
                least = edge.above * max(under - outer, 0) + mark.above * over
                most = mark.below * min(under, inner) + edge.below * max(under - inner, 0) + 100 * over
            else:
                least = mark.above * min(over, inner) + edge.above * max(over - inner, 0)
                most = mark.below * under + 100 * min(over, outer) + edge.below * max(over - outer, 0)
            if not least - 1e-6 <= total <= most + 1e-6:
                return False
    if inner:
        return True
    far = mark._replace(below=edge.below) if deficit else mark._replace(above=edge.above)  # nobody is near the mark
    units = {name: unit.by_own(far) for name, unit in told.units.items()}
    known = all(unit.open_in(unit.learned, k) for unit in units.values() if unit.squares is not None)
    return known and counts_open(units, told.total, told.squares, far, k)
