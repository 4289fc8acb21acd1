"""Errors that a person can act on. Each carries every problem found, with its place, in Russian."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong in somebody's file: where it is and how to mend it.

    ``place`` is what the reader can find by eye: «лист survey, строка 6», «строка 12, столбец MET03»,
    «items[3].relevant».
    """

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


class SurveyError(Exception):
    """Bad input. ``problems`` lists all of them; ``source`` names the file or the thing checked."""

    def __init__(self, problems: "list[Problem] | str", source: str = "") -> None:
        self.problems = [Problem("", problems)] if isinstance(problems, str) else list(problems)
        self.source = source
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """One line per problem, each beginning with the source when there is one."""
        prefix = f"{self.source}: " if self.source else ""
        return [f"{prefix}{problem}" for problem in self.problems]


class DefinitionError(SurveyError):
    """An instrument, a rule catalogue or a roadmap that cannot be used."""


class ExpressionError(SurveyError):
    """An expression that does not parse, or names something unknown."""


class AnswersError(SurveyError):
    """A file of answers that does not fit its instrument."""
