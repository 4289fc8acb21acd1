"""Commands of this part."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the commands to ``app``."""
