"""Cross tables of counts with margins: which cells to hide so that no small count can be worked out.

A count of 1 to k-1 is a hidden cell. Further cells are hidden until an attacker who knows every printed cell, every
margin and that counts are whole and not negative finds at least k possible values for it, or, where fewer are possible
at all, more than one. Bounds are exact: with known margins the hidden cells are a network flow. Source: Willenborg &
de Waal (2001), Elements of Statistical Disclosure Control, ch. 4; Gusfield (1988), SIAM J. Comput. 17(3).
"""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import combinations

from surveys.disclosure.released import Hidden

TOTAL = "ИТОГО"
Cell = tuple[str, str]
Table = Mapping[Cell, int]
# Up to this many candidate cells every choice of one, two or three is tried for the least loss.
EXHAUSTIVE = 24


def suppress_table(
    cells: Table, rows: Sequence[str], cols: Sequence[str], k: int = 5, *, complementary: bool = True
) -> dict[Cell, Hidden]:
    """Cells to hide in a table printed with its margins.

    Args:
        cells: counts of the body, by (row, column); margins are computed. With one column only the column total is
            printed, since a row total would repeat the cell.
        rows, cols: the order of the table.
        k: counts of 1 to k-1 are hidden.
        complementary: False leaves the table open to subtraction; for a negative control only.

    Returns:
        Hidden cells, margins included as (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL).
    """
    hidden: dict[Cell, Hidden] = {}
    lines = _margins(cells, rows, cols)
    if 0 < sum(cells[row, col] for row in rows for col in cols) < k:
        every = [(row, col) for row in [*rows, TOTAL] for col in [*cols, TOTAL]]
        return dict.fromkeys(every, "primary")
    for axis in (0, 1):
        _hide_small_lines(cells, (rows, cols)[axis], axis, (cols, rows)[axis], k, hidden)
    for cell in ((row, col) for row in rows for col in cols):
        if 0 < cells[cell] < k:
            hidden[cell] = "primary"
    if complementary:
        _protect(cells, rows, cols, k, hidden, lines)
    return hidden


def _margins(cells: Table, rows: Sequence[str], cols: Sequence[str]) -> tuple[bool, bool]:
    """Whether row totals and column totals are printed."""
    return len(cols) > 1, len(rows) > 1


def _hide_small_lines(
    cells: Table, names: Sequence[str], axis: int, others: Sequence[str], k: int, hidden: dict[Cell, Hidden]
) -> None:
    """A line whose total is itself small is hidden whole, with a second one so that the totals do not give it."""
    if len(others) < 2:
        return

    def line(name: str) -> list[Cell]:
        return [(name, other) if axis == 0 else (other, name) for other in [*others, TOTAL]]

    totals = {name: sum(cells[cell] for cell in line(name)[:-1]) for name in names}
    small = [name for name in names if 0 < totals[name] < k]
    extra = [] if not small else sorted((name for name in names if totals[name] >= k), key=lambda name: totals[name])
    for name in small:
        hidden.update(dict.fromkeys(line(name), "primary"))
    count = len(small)
    while count and (count < 2 or sum(totals[name] for name in small) < k) and extra:
        small.append(extra.pop(0))
        count += 1
        for cell in line(small[-1]):
            hidden.setdefault(cell, "complementary")


def _protect(
    cells: Table, rows: Sequence[str], cols: Sequence[str], k: int, hidden: dict[Cell, Hidden], lines: tuple[bool, bool]
) -> None:
    body = [(row, col) for row in rows for col in cols]
    weak = _weak(cells, body, k, hidden, lines)
    if not weak:
        return
    open_cells = sorted((cell for cell in body if cell not in hidden), key=lambda cell: cells[cell])
    if len(open_cells) <= EXHAUSTIVE:
        for size in (1, 2, 3):
            choices = sorted(combinations(open_cells, size), key=lambda chosen: sum(cells[cell] for cell in chosen))
            for chosen in choices:
                trial = hidden | dict.fromkeys(chosen, "complementary")
                if not _weak(cells, body, k, trial, lines):
                    hidden.update(dict.fromkeys(chosen, "complementary"))
                    return
    _protect_greedily(cells, body, k, hidden, lines)


def _protect_greedily(
    cells: Table, body: list[Cell], k: int, hidden: dict[Cell, Hidden], lines: tuple[bool, bool]
) -> None:
    added: list[Cell] = []
    while weak := _weak(cells, body, k, hidden, lines):
        row, col = weak[0]
        near = [cell for cell in body if cell not in hidden and (cell[0] == row or cell[1] == col)]
        left = near or [cell for cell in body if cell not in hidden]
        if not left:
            break
        # Prefer a line that already holds a hidden cell: it closes a cycle; a zero protects little.
        cell = min(left, key=lambda one: (cells[one] == 0, -_crossing(one, hidden), cells[one]))
        hidden[cell] = "complementary"
        added.append(cell)
    for cell in sorted(added, key=lambda one: -cells[one]):
        trial = {one: why for one, why in hidden.items() if one != cell}
        if not _weak(cells, body, k, trial, lines):
            del hidden[cell]


def _crossing(cell: Cell, hidden: Mapping[Cell, Hidden]) -> int:
    return sum(one[0] == cell[0] for one in hidden) * sum(one[1] == cell[1] for one in hidden)


def _weak(
    cells: Table, body: list[Cell], k: int, hidden: Mapping[Cell, Hidden], lines: tuple[bool, bool]
) -> list[Cell]:
    """Small cells that an outsider, or the only person of another hidden cell, can work out too closely."""
    unknown = [cell for cell in body if cell in hidden]
    small = [cell for cell in unknown if 0 < cells[cell] < k]
    singles = [cell for cell in small if cells[cell] == 1]
    open_margins = (lines[0], lines[1], {cell for cell in hidden if TOTAL in cell})
    weak = []
    for cell in small:
        low, high = cell_bounds(cells, unknown, cell, open_margins)
        possible = _possible(cells, body, cell, open_margins) + 1
        if high - low + 1 < min(k, max(possible, 2)):
            weak.append(cell)
            continue
        for single in singles:
            if single != cell:
                low, high = cell_bounds(cells, [one for one in unknown if one != single], cell, open_margins)
                if low == high:
                    weak.append(cell)
                    break
    return weak


Margins = tuple[bool, bool, set[Cell]]


def _possible(cells: Table, body: list[Cell], cell: Cell, margins: Margins) -> int:
    """The largest value that the printed margins leave possible with the whole body hidden."""
    return cell_bounds(cells, body, cell, margins)[1]


def cell_bounds(cells: Table, unknown: Sequence[Cell], cell: Cell, margins: Margins) -> tuple[int, int]:
    """Least and largest whole value of ``cell`` given the printed cells and margins.

    ``margins``: whether row and column totals are printed, and which single totals are hidden.
    """
    total = sum(cells.values())
    up = _reach(cells, unknown, cell, margins, start=("col", cell[1]), goal=("row", cell[0]), limit=total)
    down = _reach(cells, unknown, cell, margins, start=("row", cell[0]), goal=("col", cell[1]), limit=cells[cell])
    return cells[cell] - down, cells[cell] + up


Node = tuple[str, str]


def _reach(
    cells: Table, unknown: Sequence[Cell], fixed: Cell, margins: Margins, start: Node, goal: Node, limit: int
) -> int:
    """Largest flow that may be shifted from ``start`` to ``goal`` through the other hidden cells (Edmonds-Karp)."""
    rows_printed, cols_printed, loose = margins
    room: dict[Node, dict[Node, int]] = {}
    for row, col in unknown:
        room.setdefault(("row", row), {})
        room.setdefault(("col", col), {})
        if (row, col) != fixed:  # raising the cell moves from its row to its column, lowering it back
            room["row", row]["col", col] = limit + cells[row, col]
            room["col", col]["row", row] = cells[row, col]
    for node in list(room):
        # A line whose total is not printed may change freely: all such lines share one node.
        printed = rows_printed if node[0] == "row" else cols_printed
        total = (node[1], TOTAL) if node[0] == "row" else (TOTAL, node[1])
        if not printed or total in loose:
            free = (node[0], "")
            room.setdefault(free, {})
            room[node][free] = room[free][node] = limit + sum(cells.values())
    moved = 0
    while moved < limit:
        path = _path(room, start, goal)
        if path is None:
            break
        step = min(limit - moved, *(room[a][b] for a, b in path))
        for a, b in path:
            room[a][b] -= step
            room[b][a] = room[b].get(a, 0) + step
        moved += step
    return moved


def _path(room: Mapping[Node, Mapping[Node, int]], start: Node, goal: Node) -> list[tuple[Node, Node]] | None:
    came: dict[Node, Node] = {start: start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        if node == goal:
            break
        for other, capacity in room.get(node, {}).items():
            if capacity > 0 and other not in came:
                came[other] = node
                queue.append(other)
    if goal not in came:
        return None
    path = []
    while goal != start:
        path.append((came[goal], goal))
        goal = came[goal]
    return path
