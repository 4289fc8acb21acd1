"""What an uploaded file may be before anything is parsed: size, unpacked size, members, no DTD, no paths outside."""

import io
import re
import struct
import zipfile
from pathlib import Path

from surveys.definition.checks import MAX_OPTIONS
from surveys.errors import DefinitionError

MAX_BYTES = 10 * 2**20
MAX_UNPACKED = 15 * 2**20  # a form of ten thousand rows is a third of it
MAX_MEMBERS = 500
MAX_RATIO = 200  # unpacked to packed; an honest sheet stays under 30
MAX_ROWS = 10_000  # of a sheet
MAX_CHOICE_ROWS = 60_000  # of the sheet choices
MAX_COLUMNS = 300
MAX_CELL = 32_767  # characters, Excel's own limit
FILLED = (b"<v>", b"<v ", b"<is>", b"<is ")  # what a cell with a value holds
TOO_MANY_OPTIONS = f"вариантов больше {MAX_OPTIONS}, а можно не больше {MAX_OPTIONS}"
BOOK = b"PK\x03\x04"
OLD_BOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def check_file(path: Path) -> bytes:
    """The bytes of ``path`` when it exists and is not too big.

    Raises:
        DefinitionError: it cannot be opened, is empty or is over the limit.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DefinitionError(f"файл больше {MAX_BYTES // 2**20} МБ: для анкеты это слишком много", path.name)
        content = path.read_bytes()
    except OSError:
        raise DefinitionError("файл не открывается; проверьте, что он есть и доступен для чтения", path.name) from None
    if not content:
        raise DefinitionError("файл пуст", path.name)
    return content


def check_archive(path: Path) -> None:
    """Refuse a workbook that is broken or hostile, before its XML is read.

    Raises:
        DefinitionError: not a whole zip archive, a zip bomb, a document type declaration, a member outside the archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(members, path.name)
            for member in members:
                name = member.filename.lower()
                if name.endswith((".xml", ".rels", ".vml")):
                    content = archive.read(member)
                    _check_markup(content, path.name)
                    if "worksheets/" in name and content.count(b"<row") > MAX_OPTIONS:
                        _check_rows(content, path.name)
    # RuntimeError: encrypted, or packed in an unknown way
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, RuntimeError, OSError, ValueError):
        raise _unreadable(path.name) from None
    except zipfile.zlib.error:  # type: ignore[attr-defined]
        raise _unreadable(path.name) from None


def _check_rows(content: bytes, source: str) -> None:
    """Count the rows of a sheet before it is parsed; those without a value, which Excel keeps for a format, apart."""
    rows = content.split(b"<row")[1:]
    if len(rows) > MAX_CHOICE_ROWS:
        raise DefinitionError(f"на листе больше {MAX_CHOICE_ROWS} строк: это не анкета", source)
    if sum(any(mark in row for mark in FILLED) for row in rows) > MAX_OPTIONS + 1:  # the headings are one
        raise DefinitionError(TOO_MANY_OPTIONS, source)


def check_old_book(content: bytes, source: str) -> None:
    """Refuse an .xls whose table of short sectors runs in a circle: xlrd would follow it until the memory ends.

    Raises:
        DefinitionError: the compound document is broken.
    """
    from xlrd.compdoc import CompDoc, CompDocError

    try:
        document = CompDoc(content, logfile=io.StringIO())
    except (CompDocError, AssertionError, IndexError, RecursionError, struct.error):
        raise _unreadable(source) from None
    table = document.SSAT
    for node in document.dirlist:
        sector, steps = node.first_SID, 0
        while 0 <= sector < len(table) and steps <= len(table):
            sector, steps = table[sector], steps + 1
        if node.tot_size < document.min_size_std_stream and steps > len(table):
            raise _unreadable(source)


def _unreadable(source: str) -> DefinitionError:
    return DefinitionError("файл повреждён или это не книга Excel; откройте его в Excel и сохраните заново", source)


def _check_members(members: list[zipfile.ZipInfo], source: str) -> None:
    if len(members) > MAX_MEMBERS:
        raise DefinitionError(f"внутри файла больше {MAX_MEMBERS} частей: это не анкета", source)
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise DefinitionError("файл слишком велик после распаковки", source)
    for member in members:
        name = member.filename
        if name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name):
            raise DefinitionError("внутри файла есть пути за его пределы; такой файл не принимается", source)
        if member.flag_bits & 1:
            raise DefinitionError("файл защищён паролем; снимите защиту и сохраните заново", source)
        if member.file_size > 2**20 and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise DefinitionError("файл подозрительно сильно сжат; такой файл не принимается", source)


def _check_markup(content: bytes, source: str) -> None:
    plain = content.replace(b"\0", b"").upper()  # also finds it in UTF-16
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise DefinitionError("внутри файла есть объявление DTD; такой файл не принимается", source)
