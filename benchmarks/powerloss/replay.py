"""Rebuild, at every acknowledgement, the files that only what was forced to the disk would leave.

A write counts when the file was synced after it, a new or removed name when its folder was synced after it: the
pessimistic reading of POSIX. Made for traces of ``strace -f -y -xx`` (see ``__main__``).
"""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from app.sqlite_library import sqlite3

HEX = re.compile(r"\\x([0-9a-f]{2})")
NAME = re.compile(r"<((?:\\x[0-9a-f]{2})+)>")
ACK = re.compile(r' write\(2[^,]*, "(.*?)", \d+\)\s*=')
WRITE = re.compile(r'pwrite64\(\d+<([^>]*)>, "(.*?)", (\d+), (\d+)\)\s*= (\d+)')
TRUNCATE = re.compile(r"ftruncate\(\d+<([^>]*)>, (\d+)\)")
SYNC = re.compile(r"f(?:data)?sync\(\d+<([^>]*)>\)")
UNLINK = re.compile(r'unlink\("(.*?)"\)\s*= 0')


@dataclass
class Verdict:
    """How many acknowledgements were looked at, and after how many of them something acknowledged was gone."""

    checked: int = 0
    lost: int = 0
    first: str = ""


@dataclass
class Disk:
    """What programs see (``current``) and what a power cut leaves (``durable``) of the files of one folder."""

    folder: str
    current: dict[str, bytearray] = field(default_factory=dict)
    durable: dict[str, bytes] = field(default_factory=dict)

    def apply(self, line: str) -> None:
        """One line of the trace."""
        if found := WRITE.search(line):
            self._write(found[1], unhex(found[2]), int(found[4]))
        elif found := TRUNCATE.search(line):
            self._truncate(found[1], int(found[2]))
        elif found := SYNC.search(line):
            self._sync(found[1])
        elif found := UNLINK.search(line):
            self.current.pop(unhex(found[1]).decode(), None)

    def _write(self, name: str, content: bytes, offset: int) -> None:
        if self.folder not in name:
            return
        file = self.current.setdefault(name, bytearray())
        file.extend(b"\0" * (offset - len(file)))
        file[offset : offset + len(content)] = content

    def _truncate(self, name: str, size: int) -> None:
        if self.folder in name:
            file = self.current.setdefault(name, bytearray())
            del file[size:]
            file.extend(b"\0" * (size - len(file)))

    def _sync(self, name: str) -> None:
        if name == self.folder:
            for gone in [known for known in self.durable if known not in self.current]:
                del self.durable[gone]
        elif name in self.current:
            self.durable[name] = bytes(self.current[name])


def unhex(text: str) -> bytes:
    return bytes(int(pair, 16) for pair in HEX.findall(text))


def replay(trace: Path, folder: str, scratch: Path) -> Verdict:
    """Walk the trace; at each ACK open what would be left and count the submissions."""
    disk, verdict = Disk(folder), Verdict()
    with trace.open(errors="replace") as lines:
        for raw in lines:
            line = NAME.sub(lambda found: f"<{unhex(found[1]).decode(errors='replace')}>", raw)
            found = ACK.search(line)
            if not found:
                disk.apply(line)
                continue
            said = unhex(found[1])
            if said.startswith(b"ACK"):
                problem = look(disk, int(said[3:]) + 1, scratch)
                verdict.checked += 1
                verdict.lost += bool(problem)
                verdict.first = verdict.first or problem
    return verdict


def look(disk: Disk, acknowledged: int, scratch: Path) -> str:
    """What is wrong with the database that a power cut would leave now; «» where nothing is."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name, content in disk.durable.items():
        if name.startswith(f"{disk.folder}/opora.db") and not name.endswith("-shm"):
            (scratch / Path(name).name).write_bytes(content)
    try:
        connection = sqlite3.connect(scratch / "opora.db")
        kept = connection.execute("SELECT count(*) FROM submission").fetchone()[0]
        whole = connection.execute("PRAGMA quick_check").fetchone()[0]
        connection.close()
    except sqlite3.Error as problem:
        return f"after {acknowledged}: {problem}"
    return "" if kept >= acknowledged and whole == "ok" else f"after {acknowledged}: {kept} kept, {whole}"
