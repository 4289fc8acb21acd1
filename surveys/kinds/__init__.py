"""Kinds of documents made of one wave: each a function from ``ReportContext`` to ``Report``."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from surveys.report.context import ReportContext
from surveys.report.document import Report

DEFAULT = "report"


@dataclass(frozen=True)
class Kind:
    """A kind of document. ``title`` as a person chooses it; ``needs`` names what the context must bring.

    ``scopes``: «municipality», «school» or both.
    """

    code: str
    title: str
    made_by: str  # module:function
    scopes: tuple[str, ...] = ("municipality", "school")
    needs: tuple[str, ...] = ()

    @property
    def build(self) -> Callable[[ReportContext], Report]:
        """The function that makes it, imported when it is wanted."""
        module, name = self.made_by.split(":")
        function: Callable[[ReportContext], Report] = getattr(import_module(module), name)
        return function


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("report", "Аналитическая справка", "surveys.report.build:build_report", needs=("cards",)),
        Kind("plan", "Дорожная карта по устранению профессиональных дефицитов", "surveys.kinds.plan:build_plan"),
        Kind("dynamics", "Справка о динамике", "surveys.kinds.dynamics:build_dynamics", needs=("previous",)),
        Kind("joint", "Сводная справка по карте и анкете", "surveys.kinds.card:build_joint", ("school",), ("card",)),
        Kind("card", "Справка по диагностической карте", "surveys.kinds.card:build_card", needs=("card", "cards")),
        Kind("courses", "Сводка для заявки на курсы", "surveys.kinds.courses:build_courses", ("municipality",)),
        Kind("protocol", "Протокол рабочей группы, проект", "surveys.kinds.protocol:build_protocol", ("municipality",)),
        Kind(
            "monitoring",
            "Мониторинг дорожной карты",
            "surveys.kinds.monitoring:build_monitoring",
            ("municipality",),
            ("plan",),
        ),
    )
}


def kinds_for(scope: str, *, compared: bool = True) -> list[Kind]:
    """Kinds that may be made about «municipality» or «school:CODE»; ``compared``: with changes since a stage before."""
    group = "municipality" if scope == "municipality" else "school"
    found = [kind for kind in KINDS.values() if group in kind.scopes]
    return [kind for kind in found if compared or "previous" not in kind.needs]
