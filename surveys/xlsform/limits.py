"""What an uploaded file may be before anything is parsed: size, unpacked size, members, no DTD, no paths outside."""

import re
import zipfile
from pathlib import Path

from surveys.errors import DefinitionError

MAX_BYTES = 10 * 2**20
MAX_UNPACKED = 15 * 2**20  # a form of ten thousand rows is a third of it
MAX_MEMBERS = 500
MAX_RATIO = 200  # unpacked to packed; an honest sheet stays under 30
MAX_ROWS = 10_000
MAX_COLUMNS = 300
MAX_CELL = 32_767  # characters, Excel's own limit
BOOK = b"PK\x03\x04"
OLD_BOOK = b"\xd0\xcf\x11\xe0"


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
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_markup(archive.read(member), path.name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise _unreadable(path.name) from None
    except zipfile.zlib.error:  # type: ignore[attr-defined]
        raise _unreadable(path.name) from None


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
