"""Tables of numbers as bytes and back, read in place: no pickle, no copying, no unpacking."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGN = b"opora tables 1\n"
ALIGNED = 64


def pack_tables(meta: Any, tables: Mapping[str, NDArray[Any]]) -> bytes:
    """``meta`` (anything that JSON holds) and named tables of numbers as one piece of bytes."""
    pieces, places, offset = [], {}, 0
    for name, table in tables.items():
        order = "F" if table.flags.f_contiguous else "C"
        body = table.tobytes(order="A" if order == "F" else "C")
        places[name] = [table.dtype.str, list(table.shape), order, offset]
        padding = -len(body) % ALIGNED
        pieces += [body, bytes(padding)]
        offset += len(body) + padding
    head = json.dumps({"meta": meta, "tables": places}, ensure_ascii=False).encode()
    start = len(SIGN) + 8 + len(head)
    return b"".join([SIGN, len(head).to_bytes(8, "little"), head, bytes(-start % ALIGNED), *pieces])


def unpack_tables(body: bytes) -> tuple[Any, dict[str, NDArray[Any]]]:
    """What ``pack_tables`` was given; the tables are views of ``body`` and cannot be changed.

    Raises:
        ValueError: these are other bytes.
    """
    if not body.startswith(SIGN):
        raise ValueError("these bytes are no packed tables")
    length = int.from_bytes(body[len(SIGN) : len(SIGN) + 8], "little")
    start = len(SIGN) + 8 + length
    head = json.loads(body[len(SIGN) + 8 : start])
    start += -start % ALIGNED
    found = {}
    for name, (kind, shape, order, offset) in head["tables"].items():
        dtype = np.dtype(kind)
        if dtype.kind not in "uif":
            raise ValueError(f"{name}: a table of numbers was expected")
        count = int(np.prod(shape))
        flat = np.frombuffer(body, dtype, count, start + offset)
        found[name] = flat.reshape(shape, order=order)
    return head["meta"], found
