"""The disclosure gate: the only way out for figures about respondents' answers."""

from surveys.disclosure.gate import MUNICIPALITY, release
from surveys.disclosure.tables import TOTAL, suppress_table

__all__ = ["MUNICIPALITY", "TOTAL", "release", "suppress_table"]
