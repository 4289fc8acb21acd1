"""What long work there is: a kind names the function that does it; rooms register theirs when they are imported."""

from collections.abc import Callable
from typing import Any

Work = Callable[[Any], None]  # takes the JobRun
KINDS: dict[str, Work] = {}


def job_kind(kind: str) -> Callable[[Work], Work]:
    """Register the decorated function as the one that does jobs of ``kind``."""

    def register(function: Work) -> Work:
        KINDS[kind] = function
        return function

    return register
