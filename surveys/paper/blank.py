"""A blank of a questionnaire or a card on paper, for approval and for filling by hand: codes to circle, skips in words.

It is a ``Report`` without figures, so that the writers of documents print it.
"""

from collections.abc import Iterator
from itertools import groupby

from surveys.answers.checking import NUMBERS, codes_of, plain_number, references
from surveys.definition.instrument import Group, Instrument, Item, Option
from surveys.expressions.piping import readable
from surveys.paper.skips import answer_of, listed, opening_codes, place_of, skip_words
from surveys.report.document import Cell, Column, Letterhead, Paragraph, Report, Row, Section, Table

LINE = "_"
NA_CODE = "н"
GAP = "\u2003\u2002"  # between codes to circle
APPROVAL = ["УТВЕРЖДАЮ", "________________________", "«___» _____________ 20___ г."]
LEAST_IN_MATRIX = 2  # statements with the same answers that are worth a table of codes


def build_blank(instrument: Instrument, *, draft: bool = False, demo: bool = False) -> Report:
    """The printed form: a section for each outer group, a table of questions with a place for each answer."""
    numbers = printed_numbers(instrument)
    instrument = readable(instrument, lambda name: answer_of(name, numbers))
    sections, tables = [_how_to(instrument)], []
    for place, (group, items) in enumerate(_sections(instrument), start=1):
        made, keys = _tables(instrument, items, numbers, f"s{place}")
        if not made:
            continue
        title = (group.label if group else "") or instrument.title
        hint = group.hint if group and group.hint.rstrip(".") != title else ""  # a heading is not said twice
        body = [text for text in (hint, _group_skip(instrument, group, numbers)) if text]
        paragraphs = [Paragraph(text=text, style="plain") for text in (*body, *keys)]
        codes = [table.id for table in made]
        sections.append(Section(id=f"s{place}", title=title, paragraphs=paragraphs, tables=codes))
        tables += made
    kind = "карты" if instrument.kind == "card" else "анкеты"
    return Report(
        title=instrument.title,
        subtitle=f"Бланк {kind}, версия {instrument.version}",
        wave="",
        scope="",
        snapshot=0,
        sections=sections,
        tables=tables,
        letterhead=Letterhead(approval=APPROVAL),
        status="draft" if draft else "approved",
        demo=demo,
    )


def printed_numbers(instrument: Instrument) -> dict[str, str]:
    """Item -> number on paper: the form's own («2.01») or counted from 1; a question about help has its statement's."""
    numbers: dict[str, str] = {}
    count = 0
    for item in instrument.items:
        if item.type in ("note", "calculate"):
            continue
        if item.need_of and item.need_of in numbers:
            numbers[item.name] = numbers[item.need_of]
        elif item.code:
            numbers[item.name] = item.code
        else:
            count += 1
            numbers[item.name] = str(count)
    return numbers


def _how_to(instrument: Instrument) -> Section:
    texts = ["Обведите код ответа. Ошиблись — зачеркните и обведите другой."]
    if instrument.kind == "card":
        texts.append("Где сведений нет, напишите «н/д». Ноль пишется только тогда, когда значение — ноль.")
    else:
        texts.append("Фамилию не указывайте. Вопрос, к которому есть условие, заполняйте только при этом условии.")
    if any(item.not_applicable for item in instrument.items):
        texts.append(f"Код «{NA_CODE}» — вопрос не относится к вашей работе.")
    return Section(id="how", title="Как заполнять", paragraphs=[Paragraph(text=text) for text in texts])


def _sections(instrument: Instrument) -> Iterator[tuple[Group | None, list[Item]]]:
    """Items by outer group, in form order; calculations are not printed."""
    groups = {group.name: group for group in instrument.groups}

    def outer(item: Item) -> str:
        name, steps = item.group or "", 0
        while name in groups and groups[name].parent and steps < len(groups):
            name, steps = groups[name].parent or "", steps + 1
        return name

    printed = [item for item in instrument.items if item.type != "calculate"]
    for name, run in groupby(printed, key=outer):
        yield groups.get(name), list(run)


def _group_skip(instrument: Instrument, group: Group | None, numbers: dict[str, str]) -> str:
    if group is None or not group.relevant:
        return ""
    return f"Раздел заполняется, если {skip_words(group.relevant, instrument, numbers)}."


def _tables(
    instrument: Instrument, items: list[Item], numbers: dict[str, str], code: str
) -> tuple[list[Table], list[str]]:
    """Tables of a section and the keys of their codes: statements with the same answers together, the rest in turn."""
    needs = {item.need_of: item for item in items if item.need_of}
    asked = [item for item in items if not (item.need_of and item.need_of in {one.name for one in items})]
    tables: list[Table] = []
    keys: list[str] = []
    for options, run in groupby(asked, key=lambda item: _matrix_key(asked, item)):
        part = list(run)
        number = f"{code}t{len(tables) + 1}"
        if options:
            tables.append(_matrix(instrument, part, needs, numbers, number))
            keys += _keys(instrument, part, needs)
        else:
            tables.append(_questions(instrument, part, needs, numbers, number))
    return tables, list(dict.fromkeys(keys))


def _matrix_key(items: list[Item], item: Item) -> str:
    """The list of options that makes a table of codes; empty for a question that stands alone."""
    if item.type != "select_one" or not item.options:
        return ""
    same = [one for one in items if one.options == item.options and one.type == "select_one"]
    return item.options if len(same) > LEAST_IN_MATRIX and any(one.scale for one in same) else ""


def _keys(instrument: Instrument, items: list[Item], needs: dict[str, Item]) -> list[str]:
    keys = [f"Ответ: {_key(instrument.options_of(items[0]))}."]
    helps = [needs[item.name] for item in items if item.name in needs]
    if helps:
        keys.append(f"{helps[0].label.rstrip('?')}: {_key(instrument.options_of(helps[0]))}.")
    return keys


def _key(options: list[Option]) -> str:
    return "; ".join(f"{option.name} — {option.label}" for option in options)


def _matrix(
    instrument: Instrument, items: list[Item], needs: dict[str, Item], numbers: dict[str, str], code: str
) -> Table:
    """Statements with their codes to circle, and beside them the codes of the help wanted."""
    group = next((one for one in instrument.groups if one.name == items[0].group), None)
    helped = any(item.name in needs for item in items)
    columns = [Column(title="№", width=0.5), Column(title="Утверждение", width=3.8), Column(title="Ответ", width=2.5)]
    if helped:
        columns.append(Column(title="Нужна ли помощь", width=2.2))
    rows = []
    heads = _heads(instrument, items, numbers)
    for item in items:
        rows += [_row(key, ["", text, "", *([""] if helped else [])]) for key, text in heads[item.name]]
        codes = [*codes_of(instrument, item), *([NA_CODE] if item.not_applicable else [])]
        cells = [numbers[item.name], _asked(instrument, item, numbers), GAP.join(codes)]
        if helped:
            cells.append(_help(instrument, item, needs.get(item.name)))
        rows.append(_row(item.name, cells))
    title = (group.ask if group else "") or "Обведите один код в каждой строке"
    return Table(id=code, title=title, columns=columns, rows=rows, source="")


def _help(instrument: Instrument, item: Item, need: Item | None) -> str:
    """«если 0, 1 или 2:» and the codes."""
    if need is None:
        return ""
    codes = GAP.join(codes_of(instrument, need))
    opening = opening_codes(need.relevant, item.name, instrument) if need.relevant else []
    return f"если {listed(opening)}:\n{codes}" if opening else codes


def _questions(
    instrument: Instrument, items: list[Item], needs: dict[str, Item], numbers: dict[str, str], code: str
) -> Table:
    """Questions one by one, each with its own answers."""
    rows = []
    heads = _heads(instrument, items, numbers)
    for item in items:
        rows += [_row(key, ["", text, ""]) for key, text in heads[item.name]]
        for one in (item, needs[item.name]) if item.name in needs else (item,):
            number = numbers.get(one.name, "")
            rows.append(_row(one.name, [number, _asked(instrument, one, numbers), _place(instrument, one, numbers)]))
    columns = [Column(title="№", width=0.6), Column(title="Вопрос", width=4.0), Column(title="Ответ", width=3.6)]
    return Table(id=code, title="Впишите ответ или обведите его код", columns=columns, rows=rows, source="")


def _heads(instrument: Instrument, items: list[Item], numbers: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Item -> the inner groups that begin with it: (code, title with hint and condition)."""
    groups = {group.name: group for group in instrument.groups}
    found: dict[str, list[tuple[str, str]]] = {}
    last: list[str] = []
    for item in items:
        path, above = list[str](), item.group
        while above is not None and above in groups:
            path.insert(0, above)
            above = groups[above].parent
        begun = [groups[name] for name in path[1:] if name not in last]
        texts = [(f"group-{one.name}", _group_words(instrument, one, numbers)) for one in begun]
        found[item.name], last = [(key, text) for key, text in texts if text], path
    return found


def _group_words(instrument: Instrument, group: Group, numbers: dict[str, str]) -> str:
    lines = [group.label.upper(), group.ask, f"({group.hint})" if group.hint else ""]
    return "\n".join([line for line in (*lines, _group_skip(instrument, group, numbers)) if line])


def _row(key: str, texts: list[str]) -> Row:
    return Row(key=key, cells=[Cell(value=text, printed=text) for text in texts])


def _asked(instrument: Instrument, item: Item, numbers: dict[str, str]) -> str:
    """The words of a question with its hint, unit and skip."""
    bounded = item.type in NUMBERS and instrument.kind == "questionnaire"
    told = item.hint or (item.constraint_message if bounded else "")  # as beside the input on a page
    lines = [item.label or item.hint or item.name]
    if told and item.label:
        lines.append(f"({told})")
    if item.relevant:
        lines.append(f"Заполняется, если {skip_words(item.relevant, instrument, numbers)}.")
    if item.required_when:
        lines.append(f"Обязательно, если {skip_words(item.required_when, instrument, numbers)}.")
    return "\n".join(lines)


def _place(instrument: Instrument, item: Item, numbers: dict[str, str]) -> str:
    """Where the answer is written: codes with their words, or lines."""
    unit = f" {item.unit}" if item.unit else ""
    options = instrument.options_of(item)
    na = [f"{NA_CODE} — {item.not_applicable}"] if item.not_applicable else []
    limit = item.parameters.get("max", "")
    if item.type == "rank":
        first = f"Впишите места от 1 до {limit or len(options)}:"
        return "\n".join([first, *(f"{LINE * 3} {option.label}" for option in options), *na])
    if options:
        shown = [
            f"{option.name} — {option.label}" if option.name != option.label else option.label for option in options
        ]
        return "\n".join([*_how_many(item, limit, numbers), *shown, *na])
    if item.type == "note":
        return ""
    if item.type == "range":
        first, last, step = (plain_number(repr(bound)).replace(".", ",") for bound in item.span)
        return f"число от {first} до {last}{'' if step == '1' else f' с шагом {step}'}: {LINE * 6}{unit}"
    if item.type == "date":
        return f"«{LINE * 3}» {LINE * 12} 20{LINE * 2} г."
    if item.type == "time":
        return f"{LINE * 3} ч {LINE * 3} мин"
    lines = f"{LINE * 24}\n{LINE * 24}" if item.type == "text" else LINE * 10
    return "\n".join([lines + unit, *na])


def _how_many(item: Item, limit: str, numbers: dict[str, str]) -> list[str]:
    """What to do with a list of options: circle all that fit, or only those that go with another answer."""
    others = [place_of(name, numbers) for name in references(item.choice_filter)]
    fitting = f"подходящее к ответу {listed(others)}" if others else ""
    if item.type != "select_multiple":
        return [f"Обведите {fitting}:"] if fitting else []
    return [
        f"Обведите все подходящие{f' к ответу {listed(others)}' if others else ''}"
        + (f", не больше {limit}:" if limit else ":")
    ]
