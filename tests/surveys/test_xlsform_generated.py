"""Round trips of generated forms, mutated files of every kind, and the limits of size."""

import contextlib
import io
import random
import struct
import tomllib
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from xlrd.compdoc import CompDoc

from surveys.definition.instrument import instrument_from_dict, load_instrument, open_instrument, read_instrument
from surveys.definition.toml_text import to_toml
from surveys.errors import DefinitionError
from surveys.xlsform import read_xlsform, write_xlsform
from tests.surveys.generated_forms import instruments

DATA = Path(__file__).parents[1] / "data"
SAMPLES = sorted((DATA / "xlsform").glob("*.*")) + sorted((DATA / "malformed").glob("*.*"))


@given(instruments())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated_form_comes_back_identical_from_excel(tmp_path, instrument):
    write_xlsform(instrument, tmp_path / "form.xlsx")
    assert read_xlsform(tmp_path / "form.xlsx") == instrument


@given(instruments())
@settings(max_examples=60, deadline=None)
def test_generated_form_comes_back_identical_from_toml(instrument):
    text = to_toml(instrument.model_dump(mode="json", exclude_defaults=True))
    assert instrument_from_dict(tomllib.loads(text)).sha256() == instrument.sha256()


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, a piece cut out or doubled, or the end lost."""
    body = bytearray(content)
    at = chance.randrange(len(body))
    match chance.randrange(4):
        case 0:
            for _ in range(chance.randint(1, 30)):
                body[chance.randrange(len(body))] = chance.randrange(256)
        case 1:
            del body[at : at + chance.randint(1, 200)]
        case 2:
            body[at:at] = body[at : at + chance.randint(1, 200)]
        case _:
            del body[at:]
    return bytes(body)


@pytest.mark.parametrize("name", [path.name for path in SAMPLES if path.suffix in (".csv", ".xls", ".xlsx")])
def test_mutated_sample_is_read_or_refused_in_words(name, tmp_path):
    source = next(path for path in SAMPLES if path.name == name)
    chance, path = random.Random(name), tmp_path / name
    for _ in range(6):
        path.write_bytes(mutated(source.read_bytes(), chance))
        with contextlib.suppress(DefinitionError):
            open_instrument(path)


@pytest.mark.parametrize("code", ["teacher_deficits_v1", "school_card_v1"])
def test_mutated_toml_is_read_or_refused_in_words(code, tmp_path):
    source = (Path(__file__).parents[2] / "surveys" / "instruments" / f"{code}.toml").read_bytes()
    chance, path = random.Random(code), tmp_path / "form.toml"
    for _ in range(15):
        path.write_bytes(mutated(source, chance))
        with contextlib.suppress(DefinitionError):
            read_instrument(path)


def test_mutated_inside_of_a_workbook_is_read_or_refused_in_words(tmp_path):
    """The zip is whole, its sheets are not: the damage reaches the readers of XML."""
    chance, path = random.Random(204), tmp_path / "form.xlsx"
    source = zipfile.ZipFile(DATA / "malformed" / "ok_baseline.xlsx")
    names = source.namelist()
    for _ in range(30):
        victim = chance.choice(names)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name in names:
                content = source.read(name)
                target.writestr(name, mutated(content, chance) if name == victim else content)
        with contextlib.suppress(DefinitionError):
            read_xlsform(path)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a = " + "[" * 300 + "]" * 300,
        "items = " + "{ a = " * 300 + "1" + " }" * 300,
        'code = "f"\ntitle = "f"\nitems = [{ name = "q", type = "text", relevant = "' + "(" * 3000 + '" }]',
        'code = "f"\ntitle = "f"\nitems = [{ name = "q", type = "text", relevant = "' + "not(" * 3000 + '" }]',
        'code = "\\u0000"\ntitle = "f"\nitems = 5',
    ],
    ids=["open brackets", "nested lists", "nested tables", "brackets in a skip", "calls in a skip", "a zero"],
)
def test_deep_toml_is_refused_in_words(text, tmp_path):
    (tmp_path / "f.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError):
        read_instrument(tmp_path / "f.toml")


def refusal(body):
    with pytest.raises(DefinitionError) as refused:
        instrument_from_dict({"code": "f", "title": "f", **body})
    return refused.value.lines()


def test_limits_are_named():
    questions = [{"name": f"q{number}", "type": "text", "label": "?"} for number in range(5001)]
    assert "пунктов 5001, а можно не больше 5000" in refusal({"items": questions})[0]
    options = [{"name": str(number), "label": "?"} for number in range(50001)]
    assert (
        "вариантов 50001, а можно не больше 50000"
        in refusal({"items": questions[:1], "option_lists": {"l": options}})[0]
    )


def test_groups_nested_too_deep_are_refused():
    groups = [{"name": f"g{n}", **({"parent": f"g{n - 1}"} if n else {})} for n in range(60)]
    lines = refusal({"items": [{"name": "q", "type": "text", "label": "?", "group": "g59"}], "groups": groups})
    assert "группы вложены глубже 20" in lines[0]


def test_long_chain_of_skips_is_no_cycle_and_a_long_cycle_is_told_in_time():
    chain = [
        {"name": f"q{n}", "type": "integer", "label": "?", **({"relevant": f"${{q{n - 1}}} > 0"} if n else {})}
        for n in range(3000)
    ]
    assert len(instrument_from_dict({"code": "f", "title": "f", "items": chain}).items) == 3000
    chain[0]["relevant"] = "${q299} > 0"
    assert len(refusal({"items": chain[:300]})) == 20


def test_packaged_form_written_and_read_twice_is_the_same_file(tmp_path):
    instrument = load_instrument("teacher_deficits")
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsform(instrument, tmp_path / name)
        instrument = read_xlsform(tmp_path / name)
    assert instrument.sha256() == load_instrument("teacher_deficits").sha256()


def test_circle_in_the_sectors_of_an_old_workbook_is_found_before_it_is_followed(tmp_path):
    """xlrd would follow it until the memory ends. The table of short sectors stands where byte 60 of the head says."""
    content = bytearray((DATA / "xlsform" / "pyxform__bug_blank_second_row.xls").read_bytes())
    document = CompDoc(bytes(content), logfile=io.StringIO())
    book = next(node for node in document.dirlist if node.name == "Workbook")
    assert book.tot_size < document.min_size_std_stream
    entry = 512 + 512 * struct.unpack("<i", content[60:64])[0] + 4 * book.first_SID
    content[entry : entry + 4] = struct.pack("<i", book.first_SID)
    (tmp_path / "f.xls").write_bytes(content)
    with pytest.raises(DefinitionError, match="повреждён"):
        read_xlsform(tmp_path / "f.xls")


TEXT = "survey;;;\r\n;type;name;label\r\n;text;q;Чего вам не хватает для работы с учениками?\r\n"


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866"])
def test_text_in_a_forgotten_encoding_is_refused_not_stored_as_nonsense(encoding, tmp_path):
    (tmp_path / "f.csv").write_bytes(TEXT.encode(encoding))
    with pytest.raises(DefinitionError, match="кодировка"):
        read_xlsform(tmp_path / "f.csv")


def test_halved_utf_16_is_refused(tmp_path):
    (tmp_path / "f.csv").write_bytes(TEXT.encode("utf-16")[:-1])
    with pytest.raises(DefinitionError, match="кодировка"):
        read_xlsform(tmp_path / "f.csv")
