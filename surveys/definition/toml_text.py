"""TOML text of plain values: the small part of the notation that definitions need (the standard library only reads)."""

import json
import re
from collections.abc import Mapping
from typing import Any

BARE = re.compile(r"[A-Za-z0-9_-]+")
LINE = 110  # characters; a longer list of tables goes one table to a line


def to_toml(body: Mapping[str, Any]) -> str:
    """Text that ``tomllib`` reads back as ``body``: tables, lists of tables and inline values, in the given order."""
    return "\n".join(_table(body, "")).strip("\n") + "\n"


def _table(body: Mapping[str, Any], prefix: str) -> list[str]:
    lines = [f"{_key(key)} = {_inline(value)}" for key, value in body.items() if not _is_section(value, prefix)]
    for key, value in body.items():
        path = f"{prefix}{_key(key)}"
        if not _is_section(value, prefix):
            continue
        if isinstance(value, Mapping):
            lines += ["", f"[{path}]", *_table(value, path + ".")]
        else:
            for row in value:
                lines += ["", f"[[{path}]]", *_table(row, path + ".")]
    return lines


def _is_section(value: Any, prefix: str) -> bool:
    """Top-level tables and lists of tables get headings; deeper ones stay inline, beside what they belong to."""
    if prefix:
        return False
    return bool(value) and (isinstance(value, Mapping) or (isinstance(value, list) and isinstance(value[0], Mapping)))


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _text(key)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{_key(key)} = {_inline(part)}" for key, part in value.items()) + " }" if value else "{}"
        )
    parts = [_inline(part) for part in value]
    if any(isinstance(part, Mapping) for part in value) or sum(map(len, parts)) > LINE:
        return "[\n" + "".join(f"  {part},\n" for part in parts) + "]"
    return "[" + ", ".join(parts) + "]"
