"""Password hashes: argon2id, 19 MiB, 2 passes (OWASP's least setting); rehashed when the setting grows.

And what a password must be: 8 characters, or a PIN of 6 digits, and none of those that everybody tries first.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked when the account does not exist, so that the answer takes as long.
NOBODY = HASHER.hash("nobody has this password")

LEAST_PIN, LEAST_PASSWORD, LONGEST = 6, 8, 200
# The first that are tried on Russian sites (public lists of leaked passwords); rows and repetitions are found by rule.
COMMON = frozenset(
    "password passw0rd password1 qwerty qwertyui qwerty12 qwerty123 qwertyuiop 1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx"
    " q1w2e3r4 qazwsx qazwsxedc asdfghjk asdfghjkl zxcvbnm zxcvbnm1 iloveyou sunshine princess football baseball"
    " welcome1 admin123 administrator letmein1 samsung1 spartak1 gfhjkm12 gfhjkmgfhjkm ghbdtnghbdtn пароль пароль12"
    " пароль123 парольпароль йцукенгш йцукенгшщз йцукен123 привет12 привет123 приветпривет учитель учитель1 учитель12"
    " учительница директор директор1 школа123 школашкола россия12 россия123 любовь12 любовь123 наташа12 марина12"
    " 112233 121212 123123 123321 131313 147258 159753 159357 147852 147258369 123654 789456 789456123 741852963 102030"
    " 101010 111222 112211 232323 252525 696969 777888 11223344 12341234 12344321 123123123 987654321 20202020".split()
)


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one behind ``stored``; takes the same time for an unknown account."""
    try:
        return HASHER.verify(stored or NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def weakness(password: str, *names: str) -> str | None:
    """Why ``password`` will not do, as a sentence; None when it will. ``names`` are the person's own words."""
    if len(password) > LONGEST:
        return _("Не длиннее %(most)d знаков", most=LONGEST)
    if password.isdigit():
        if len(password) < LEAST_PIN:
            return _("ПИН-код — не короче %(least)d цифр", least=LEAST_PIN)
    elif len(password) < LEAST_PASSWORD:
        return _(
            "Пароль — не короче %(least)d знаков; ПИН-код — не короче %(pin)d цифр", least=LEAST_PASSWORD, pin=LEAST_PIN
        )
    plain = password.lower().replace("ё", "е")
    if plain in COMMON or _is_row(plain) or len(set(plain)) < 3:
        return _("Такой пароль подбирают первым. Придумайте другой")
    if any(name and plain == name.lower().replace("ё", "е") for name in names):
        return _("Пароль не должен совпадать с именем или фамилией")
    return None


def _is_row(text: str) -> bool:
    """«123456», «987654», «abcdefgh»: each character next to the one before."""
    steps = {ord(after) - ord(before) for before, after in zip(text, text[1:], strict=False)}
    return steps in ({1}, {-1})
