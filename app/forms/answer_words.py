"""What the engine says of an answer that does not fit, in the language of the page."""

import re

from flask_babel import gettext

from app.frame.interface import N_

# A sentence of ``surveys.answers.checking`` with its figures in braces; the words of a form itself stay as written.
SENTENCES = (
    N_("ответьте, пожалуйста, на этот вопрос"),
    N_("ответ «не относится» здесь не предусмотрен"),
    N_("этот вариант не подходит к другим ответам"),
    N_("значение не проходит проверку"),
    N_("нет такого варианта ответа: «{}»"),
    N_("можно отметить не больше {}, отмечено {}"),
    N_("нужно число"),
    N_("нужно целое число"),
    N_("нужно число от {} до {} с шагом {}"),  # before the shorter one, which would match it, too
    N_("нужно число от {} до {}"),
    N_("нужно целое число от {} до {}"),
    N_("не больше {} знаков, сейчас {}"),
    N_("нужна дата вида 31.05.2020"),
    N_("нужно время вида 14:30"),
)
PATTERNS = [(re.compile(re.escape(one).replace(r"\{\}", "(.+?)")), one) for one in SENTENCES]


def problem_words(problem: str) -> str:
    """``problem`` translated; words of the form (a constraint's message) pass unchanged."""
    for pattern, sentence in PATTERNS:
        if found := pattern.fullmatch(problem):
            return gettext(sentence).format(*found.groups())
    return problem
