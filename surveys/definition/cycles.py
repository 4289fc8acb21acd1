"""Items that wait for themselves: by their own conditions, through other items, or by the condition of their group."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from surveys.errors import ExpressionError
from surveys.expressions.syntax import parse

if TYPE_CHECKING:
    from surveys.definition.instrument import Instrument

MAX_CYCLES = 20  # told at once
Path = tuple[str | int, ...]
Reads = list[tuple[Path, frozenset[str]]]  # where a condition is written, and the names it reads


def find_cycles(instrument: "Instrument") -> Iterator[tuple[Path, str]]:
    """Where an item waits for itself; what does not read, is not there or is there twice waits for nobody."""
    times = Counter(item.name for item in instrument.items)
    reads = {name: found for name, found in _reads(instrument).items() if times[name] == 1}
    waits = {name: {other for _, names in found for other in names if other in reads} for name, found in reads.items()}
    told = 0
    caught = _caught(waits)
    for place, item in enumerate(instrument.items):
        way = _way_back(item.name, waits) if item.name in caught and told < MAX_CYCLES else []
        if way:
            told += 1
            path = next(path for path, names in reads[item.name] if way[0] in names)
            yield path, f"пункт зависит сам от себя: {' → '.join((item.name, *way))}"
        if item.name in reads and item.required_when and item.name in _names(item.required_when):
            yield ("items", place, "required_when"), f"обязательность пункта «{item.name}» зависит от него самого"


def _reads(instrument: "Instrument") -> dict[str, Reads]:
    """Conditions of every item and of the groups it stands in. A constraint may read the answer it checks."""
    groups = {group.name: (place, group) for place, group in enumerate(instrument.groups)}
    found: dict[str, Reads] = {}
    for place, item in enumerate(instrument.items):
        own = found.setdefault(item.name, [])
        for field in ("relevant", "calculation", "choice_filter"):
            if source := getattr(item, field):
                own.append((("items", place, field), _names(source, columns=field == "choice_filter")))
        above, passed = item.group, set[str]()
        while above in groups and above not in passed:
            passed.add(above)
            at, group = groups[above]
            if group.relevant:
                own.append((("groups", at, "relevant"), _names(group.relevant)))
            above = group.parent
    return found


def _names(source: str, *, columns: bool = False) -> frozenset[str]:
    try:
        return frozenset(parse(source, columns=columns).names)
    except ExpressionError:
        return frozenset()


def _caught(waits: dict[str, set[str]]) -> set[str]:
    """Items that wait for themselves or for such items: what is left when whoever waits for nobody is let go."""
    followers: dict[str, list[str]] = {name: [] for name in waits}
    for name, others in waits.items():
        for other in others:
            followers[other].append(name)
    count = {name: len(others) for name, others in waits.items()}
    free = [name for name, number in count.items() if not number]
    for name in free:  # the list grows while it is walked
        for follower in followers[name]:
            count[follower] -= 1
            if not count[follower]:
                free.append(follower)
    return set(waits) - set(free)


def _way_back(start: str, waits: dict[str, set[str]]) -> list[str]:
    """Names from ``start`` round to itself, or nothing."""
    came: dict[str, str] = {}
    queue = [start]
    while queue:
        name = queue.pop(0)
        for step in sorted(waits[name]):
            if step == start:
                way = [start]
                while name != start:
                    way.append(name)
                    name = came[name]
                return way[::-1]
            if step not in came:
                came[step] = name
                queue.append(step)
    return []
