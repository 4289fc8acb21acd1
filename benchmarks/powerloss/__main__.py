"""Replay a power cut at every acknowledged submission, under the product's settings and under two unsafe ones.

Usage: python -m benchmarks.powerloss [--acks 200]
Needs strace. Ends with 1 where the product's settings lose anything, or where an unsafe setting loses nothing: then
the replay itself would be blind.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import ROOT
from benchmarks.powerloss.replay import Verdict, replay

UNSAFE = (("wal", "NORMAL"), ("delete", "FULL"))
TRACED = "pwrite64,write,ftruncate,fdatasync,fsync,unlink"


def try_settings(acks: int, settings: tuple[str, str] | None) -> Verdict:
    """Trace the writer with these settings (the product's own where None) and replay."""
    with tempfile.TemporaryDirectory() as name:
        folder, trace = Path(name).resolve() / "data", Path(name) / "trace"
        folder.mkdir()
        strace = ["strace", "-f", "-y", "-xx", "-s", "2000000", "-o", str(trace), "-e", f"trace={TRACED}"]
        writer = [sys.executable, "-m", "benchmarks.powerloss.writer", str(folder), str(acks), *(settings or ())]
        done = subprocess.run([*strace, *writer], cwd=ROOT, capture_output=True)
        if f"ACK{acks - 1}".encode() not in done.stderr:
            raise SystemExit(done.stderr.decode()[-2000:])
        return replay(trace, str(folder), Path(name) / "left")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acks", type=int, default=200)
    options = parser.parse_args()
    if not shutil.which("strace"):
        print("strace не установлен: отключение питания не проверено.", file=sys.stderr)
        return
    own = try_settings(options.acks, None)
    unsafe = {" + ".join(one): try_settings(min(options.acks, 30), one) for one in UNSAFE}
    told = {"product": vars(own), **{name: vars(verdict) for name, verdict in unsafe.items()}}
    print(json.dumps(told, indent=1))
    if own.lost or not own.checked or not all(verdict.lost for verdict in unsafe.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
