"""From what figure on something is said in a document: a department's decisions, kept with the rules as data."""

from surveys.definition.instrument import Part


class Thresholds(Part):
    """Percents, counts and points. Proposals until the catalogue's ``thresholds`` say who approved them."""

    systemic: float = 30.0  # percent of teachers with a deficit, from which it is called systemic
    common: int = 3  # schools with the same systemic deficit, from which it is common to the municipality
    noticeable: float = 10.0  # change of M in the same persons, points, from which «изменилась» may be said
    enough: float = 80.0  # percent answered, from which conclusions are not called preliminary
    course_group: int = 25  # places in one group of a course


PROPOSED = Thresholds()
