"""Whole-questionnaire submissions by signed-in people a second, beside a bare insert of the same answers.

Usage: python -m benchmarks.bench_submissions [--people 400] [--clients 8] [--rounds 3]
       [--database postgresql://postgres@127.0.0.1:5432/NAME]   an empty database that may be filled; SQLite otherwise
Both servers run in the same run under the same gunicorn settings and durability; rounds alternate. One submission is
one POST of «Отправить»: session, access, draft, check of all answers, submission, participation, event, end of the
draft, one commit, receipt.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import create_engine, text

from app.config import engine_options, with_driver
from benchmarks.harness import ROOT, SERVE, Load, Post, bare_command, environment, send_all, server


def run(*arguments: str, env: dict[str, str]) -> str:
    """Output of a command that must succeed."""
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, env=env, text=True, capture_output=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def crowd(people: int, env: dict[str, str]) -> list[Post]:
    """People with a finished draft each."""
    run("flask", "--app", "wsgi", "db", "upgrade", env=env)
    run("flask", "--app", "wsgi", "demo", env=env)
    lines = run("benchmarks.crowd", str(people), env=env).splitlines()
    tickets = [json.loads(line) for line in lines if line.startswith("{")]
    return [Post(one["path"], one["body"].encode(), one["cookie"]) for one in tickets]


def answers_of(env: dict[str, str], folder: Path) -> tuple[int, str]:
    """Submissions kept for the crowd, and one of them as JSON."""
    url = with_driver(env.get("DATABASE_URL") or f"sqlite:///{folder / 'opora.db'}")
    engine = create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        kept = connection.scalar(text("SELECT count(*) FROM submission WHERE respondent_key LIKE 'crowd-%'"))
        body = connection.scalar(text('SELECT CAST("values" AS TEXT) FROM submission ORDER BY id LIMIT 1'))
    engine.dispose()
    return int(kept or 0), str(body)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT / "instance") as name:  # the disk that the product writes to
        folder = Path(name)
        env = environment(folder, options.database)
        posts = crowd(options.people * options.rounds, env)
        _kept, body = answers_of(env, folder)
        ours, bare = Load(), Load()
        for number in range(options.rounds):
            part = posts[number * options.people : (number + 1) * options.people]
            plain = [
                Post("/submit", urlencode({"key": f"{number}-{index}", "body": body}).encode())
                for index, _post in enumerate(part)
            ]
            for command, total, requests in ((bare_command(), bare, plain), (SERVE, ours, part)):
                with server(command, env):
                    load = send_all(int(env["PORT"]), requests, options.clients)
                total.seconds += load.seconds
                total.answers += load.answers
                total.times += load.times
                print(
                    f"round {number + 1}: {command[-1]}: {load.rate:.1f}/s, p50 {load.p50_ms:.1f} ms", file=sys.stderr
                )
        receipts = sum(status == 302 and place.endswith("/receipt") for status, place in ours.answers)
        kept, _body = answers_of(env, folder)
        result = {
            "database": "postgresql" if options.database else "sqlite",
            "clients": options.clients,
            "submissions_per_second": ours.rate,
            "bare_inserts_per_second": bare.rate,
            "ratio": ours.rate / bare.rate,
            "p50_ms": ours.p50_ms,
            "p95_ms": statistics.quantiles(ours.times, n=20)[-1] * 1000,
            "errors": len(ours.answers) - receipts,
            "bare_errors": sum(status != 200 for status, _place in bare.answers),
            "lost": receipts - kept,
        }
    print(json.dumps(result, indent=1))
    if result["errors"] or result["lost"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
