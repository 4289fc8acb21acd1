"""Web server and worker as one command: what ends one ends both.

Run as a script of its own with the standard library only, so that it costs a few megabytes beside the two it keeps.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Path(__file__).with_name("gunicorn_settings.py")
NAMES = ("Сервер страниц", "Обработчик длинных заданий")
GRACE_SECONDS = 25  # the worker gets 20 to reach the next step of its job
START_SECONDS = 60


def commands() -> tuple[list[str], list[str]]:
    """What is kept running: gunicorn and the worker."""
    python = sys.executable
    return (
        [python, "-m", "gunicorn", "-c", str(SETTINGS), "wsgi:app"],
        [python, "-m", "flask", "--app", "wsgi", "worker"],
    )


def die_with_parent() -> None:
    """On Linux: should this supervisor be killed outright, its children are told to end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def answers(address: str) -> bool:
    """Whether the server answers at ``address``."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask politely, wait, then insist."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def main(address: str, shown: str) -> int:
    """Keep both running until a signal (status 0) or until one dies (status 1)."""
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: asked.append(received))
    # Sessions of their own: Ctrl-C in a terminal reaches this process alone, which then ends both in order.
    children = [
        subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=die_with_parent)
        for command in commands()
    ]
    started, told = time.monotonic(), False
    while not asked and all(child.poll() is None for child in children):
        time.sleep(0.1)
        if not told and (answers(address) or time.monotonic() - started > START_SECONDS):
            say(f"Опора работает: {shown} (остановить: Ctrl-C)")
            told = True
    dead = [name for name, child in zip(NAMES, children, strict=True) if child.poll() is not None]
    stop(children)
    if asked:
        say("Опора остановлена.")
        return 0
    print(f"{dead[0]} неожиданно завершился; Опора остановлена.", file=sys.stderr, flush=True)  # noqa: T201
    return 1


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(*sys.argv[1:3]))
