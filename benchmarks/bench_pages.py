"""A step of the questionnaire as a phone loads it, idle memory, warm start, and a document by the job queue.

Usage: python -m benchmarks.bench_pages [--requests 200]
Bytes are counted on the socket, headers included, with br or gzip as a browser asks. «Cold» is a browser that has
nothing yet, «warm» one that keeps the versioned static files. p50 is the whole request seen from this machine.
"""

import argparse
import http.client
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.harness import ROOT, SERVE, environment, family, pss_mb, server

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
PASSWORD = "demo"


class Browser:
    """Keeps one connection and one cookie."""

    def __init__(self, port: int) -> None:
        self.port, self.cookie = port, ""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, Location and text of a page."""
        headers = {"Cookie": self.cookie}
        body = urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        if cookie := response.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return response.status, urlsplit(response.headers.get("Location", "")).path, text

    def submit(self, path: str, page: str, **form: str) -> str:
        """Post a form of ``page``; where it leads."""
        token = TOKEN.search(self.ask("GET", page)[2])
        if token is None:
            raise SystemExit(f"no form on {page}")
        status, location, text = self.ask("POST", path, {"csrf_token": token.group(1), **form})
        if status != 302:
            raise SystemExit(f"{path}: {status}\n{text[:2000]}")
        return location

    def sign_in(self, login: str) -> None:
        self.submit("/login", "/login", username=login, password=PASSWORD)

    def wire_bytes(self, path: str) -> int:
        """Bytes the server sends for ``path``, as a browser would ask for it."""
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {self.cookie}"]
        lines += ["Accept-Encoding: gzip, deflate, br", "Connection: close", "", ""]
        total = 0
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall("\r\n".join(lines).encode())
            while chunk := connection.recv(65536):
                total += len(chunk)
        return total


def step_figures(port: int, requests: int) -> dict[str, object]:
    """Requests, bytes and p50 of the first step of the demonstration's open wave."""
    browser = Browser(port)
    browser.sign_in("teacher")
    start = "/questionnaires/demo-midline/"
    step = browser.submit(start, start)
    page = browser.ask("GET", step)[2]
    assets = sorted(set(ASSET.findall(page)))
    sizes = {path: browser.wire_bytes(path) for path in (step, *assets)}
    times = {"get": [], "save": []}
    token = TOKEN.search(page)
    form = {"csrf_token": token.group(1) if token else ""}
    form.update(dict(re.findall(r'<input[^>]*type="radio"[^>]*name="([^"]+)"[^>]*value="([0-4])"', page)))
    for _ in range(requests):
        for name, ask in (("get", ("GET", step)), ("save", ("POST", f"{step}/save", form))):
            began = time.perf_counter()
            status, _location, text = browser.ask(*ask)
            times[name].append((time.perf_counter() - began) * 1000)
            if status != 200:
                raise SystemExit(f"{ask[1]}: {status} {text[:500]}")
    return {
        "page": step,
        "requests_cold": len(sizes),
        "bytes_cold": sum(sizes.values()),
        "requests_warm": 1,
        "bytes_warm": sizes[step],
        "bytes": sizes,
        "get_p50_ms": statistics.median(times["get"]),
        "save_p50_ms": statistics.median(times["save"]),
    }


def document_seconds(port: int) -> float:
    """From «Создать справку» to the file in «Мои документы»."""
    browser = Browser(port)
    browser.sign_in("methodist")
    began = time.perf_counter()
    browser.submit("/reports/", "/reports/", wave="demo-baseline", scope="municipality", format="docx")
    while "/file" not in browser.ask("GET", "/reports/")[2]:
        if time.perf_counter() - began > 120:
            raise SystemExit("the document was not made in two minutes")
        time.sleep(0.05)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    command = [*SERVE, "--prepare"]
    with tempfile.TemporaryDirectory(dir=ROOT / "instance") as folder:
        env = environment(Path(folder), None)
        subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"], cwd=ROOT, env=env, check=True)
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "demo"],
            cwd=ROOT,
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        began = time.perf_counter()
        with server(command, env) as process:
            warm = time.perf_counter() - began
            time.sleep(2)  # the worker has settled
            memory = {f"{pid} {words}": pss_mb(pid) for pid, words in family(process.pid)}
            figures = step_figures(int(env["PORT"]), options.requests)
            document = document_seconds(int(env["PORT"]))
            after = sum(pss_mb(pid) for pid, _words in family(process.pid))
    print(
        json.dumps(
            {
                "warm_start_seconds": warm,
                "idle_pss_mb": {"total": sum(memory.values()), **memory},
                "pss_after_a_document_mb": after,
                "questionnaire_step": figures,
                "document_seconds": document,
            },
            indent=1,
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
