"""The disclosure gate: the only way out for figures about respondents' answers."""

from surveys.disclosure.changes import may_enter, release_changes
from surveys.disclosure.gate import release
from surveys.disclosure.groups import MUNICIPALITY
from surveys.disclosure.late import carry_over
from surveys.disclosure.pairs import PairSummary, comparable_scales, pair_members, summarise_pairs
from surveys.disclosure.tables import TOTAL, suppress_table

__all__ = [
    "MUNICIPALITY",
    "TOTAL",
    "PairSummary",
    "carry_over",
    "comparable_scales",
    "may_enter",
    "pair_members",
    "release",
    "release_changes",
    "summarise_pairs",
    "suppress_table",
]
