"""Words of ``surveys.definition.difference`` for the catalogues, and a change as the page shows it."""

from dataclasses import dataclass

from flask_babel import gettext

from app.frame.interface import N_
from surveys.definition.difference import PARTS, Change, Detail, Kind, Nature

WORDS = (
    N_("Вариант"),
    N_("Каталог"),
    N_("Показатель"),
    N_("Правило"),
    N_("Признак небрежности"),
    N_("Проверка"),
    N_("Пункт"),
    N_("Раздел"),
    N_("Уровень"),
    N_("Форма"),
    N_("Шкала"),
    N_("вариант «другое»"),
    N_("вид"),
    N_("вид формы"),
    N_("внешний раздел"),
    N_("вопрос над утверждениями"),
    N_("время заполнения"),
    N_("вывод"),
    N_("для каждого блока"),
    N_("доля людей"),
    N_("доля ответов для расчёта"),
    N_("единица"),
    N_("зачем спрашиваем"),
    N_("знаков после запятой"),
    N_("знаменатель"),
    N_("значение по умолчанию"),
    N_("имя"),
    N_("источник"),
    N_("краткое название"),
    N_("кто решает"),
    N_("малые группы детей"),
    N_("мера успеха"),
    N_("мягкий порог"),
    N_("название"),
    N_("название в родительном падеже"),
    N_("о каком пункте спрашивает"),
    N_("обратный пункт"),
    N_("обязанности по приказу"),
    N_("обязательность"),
    N_("отбор"),
    N_("отбор вариантов"),
    N_("ответ «не относится»"),
    N_("ответственный"),
    N_("откуда подставляется"),
    N_("отметка «нет данных»"),
    N_("ошибка или предупреждение"),
    N_("параметры"),
    N_("перевод"),
    N_("печатный номер"),
    N_("планируемый результат"),
    N_("подзаголовок"),
    N_("подсказка"),
    N_("показатель условий"),
    N_("поля"),
    N_("порог"),
    N_("порог низкого риска"),
    N_("порог среднего риска"),
    N_("пояснение"),
    N_("проверка ответа"),
    N_("пункты"),
    N_("пункты дорожной карты"),
    N_("раздел"),
    N_("рекомендация"),
    N_("свёрнут"),
    N_("слова «ресурса нет»"),
    N_("сообщение об ошибке"),
    N_("список вариантов"),
    N_("срок"),
    N_("текст"),
    N_("тема"),
    N_("тип"),
    N_("только в профиле учителя"),
    N_("условие"),
    N_("условие «ресурса нет»"),
    N_("условие обязательности"),
    N_("условие показа"),
    N_("формула"),
    N_("числитель"),
    N_("что лучше"),
    N_("шкала"),
    N_("языки"),
    N_("доля высокого уровня, %"),
    N_("множественное число"),
    N_("граница"),
    N_("порядок пунктов"),
)


@dataclass(frozen=True)
class ShownChange:
    """One change with its words in the language of the page; what stood in the form stays as it is written."""

    key: str
    title: str
    kind: Kind
    nature: Nature
    label: str
    details: tuple[Detail, ...]


def shown_changes(changes: list[Change]) -> list[ShownChange]:
    """The rows of a difference."""
    return [
        ShownChange(change.key, title_of(change), change.kind, change.nature, change.label, _details(change))
        for change in changes
    ]


def title_of(change: Change) -> str:
    """«Пункт MET03»."""
    return f"{gettext(PARTS[change.part])} {change.code}".strip()


def _details(change: Change) -> tuple[Detail, ...]:
    return tuple(Detail(_field(one.field), one.old, one.new) for one in change.details)


def _field(words: str) -> str:
    """«параметры, start»: the part after the comma is a key of the form."""
    if words in WORDS:
        return gettext(words)
    head, comma, rest = words.partition(", ")
    return f"{gettext(head)}{comma}{rest}" if head in WORDS else words
