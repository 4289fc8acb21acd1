"""Names as lists have them: mended spelling, and a sign-in name made of them."""

import re

LATIN_TWINS = str.maketrans("ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху")
LETTER = r"[^\W\d_]"  # of any alphabet: Kabardian, Yakut and Tatar names have their own
NAME = re.compile(rf"{LETTER}(?:{LETTER}|[’'ʼ.\- ])*")
SOUNDS = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch _ y _ e iu ia".split(),
        strict=True,
    )
)


def mended(name: str) -> str:
    """Latin twins inside a Cyrillic word become Cyrillic: «Aннa» typed with a Latin «A» is still Анна.

    Whatever dash Word has put into «Мамин – Сибиряк» becomes a hyphen without blanks.
    """
    name = re.sub(r" ?[\u2010-\u2015\u2212] ?| - |(?<=\w) -(?=\w)|(?<=\w)- (?=\w)", "-", name)
    return " ".join(word.translate(LATIN_TWINS) if re.search(r"[А-Яа-яЁё]", word) else word for word in name.split(" "))


def is_name(name: str) -> bool:
    """Letters, hyphens, apostrophes, particles; no digits."""
    return NAME.fullmatch(name) is not None


def split_full_name(text: str) -> tuple[str, str, str]:
    """Family, given and patronymic of «Алиев Эльдар Вагиф оглы»."""
    family, _blank, rest = text.partition(" ")
    given, _blank, patronymic = rest.partition(" ")
    return family, given, patronymic


def latin(text: str) -> str:
    """«Щукина» -> «shchukina»; anything that is no letter is left out."""
    letters = (SOUNDS.get(letter, letter) for letter in text.lower())
    return re.sub(r"[^a-z0-9]", "", "".join(letters))


class Logins:
    """Free sign-in names: «annina.ap», then «annina.ap2». Linear for long lists."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.next: dict[str, int] = {}

    def make(self, family: str, given: str, patronymic: str) -> str:
        initials = latin(given)[:1] + latin(patronymic)[:1]
        base = ".".join(part for part in (latin(family) or "user", initials) if part)[:100]
        login, number = base, self.next.get(base, 2)
        while login in self.taken:
            login, number = f"{base}{number}", number + 1
        self.next[base] = number
        self.taken.add(login)
        return login
