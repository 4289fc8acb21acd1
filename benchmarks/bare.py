"""The yardstick: one Flask view, one SQLAlchemy insert, one commit, with the product's durable settings. No more."""

import os
from pathlib import Path

from flask import Flask, Response, request
from sqlalchemy import Column, Integer, MetaData, String, Table, Text, create_engine

from app.config import engine_options, with_driver
from app.database import guard_engine, writing

url = with_driver(os.environ.get("DATABASE_URL") or f"sqlite:///{Path(os.environ['OPORA_INSTANCE']) / 'bare.db'}")
engine = create_engine(url, **engine_options(url))
guard_engine(engine)
metadata = MetaData()
answers = Table(
    "bare_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), unique=True),
    Column("body", Text),
)
with writing():
    metadata.create_all(engine)
engine.dispose()
app = Flask(__name__)


@app.post("/submit")
def submit() -> Response:
    """Keep the form."""
    with writing(), engine.begin() as connection:
        connection.execute(answers.insert(), {"key": request.form["key"], "body": request.form["body"]})
    return Response("kept\n")


@app.get("/healthz")
def health() -> str:
    """The server answers."""
    return "ok\n"
