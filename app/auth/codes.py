"""Codes of access slips: ten characters that are easy to read off paper and to type on any keyboard.

The alphabet holds 2-9 and letters that look the same in Cyrillic and Latin: no 0/O, 1/I/Л. It has 19 characters,
a prime, so that one weighted check character finds every wrong character and every swap of two.
19 to the 9th is 38 bits.
"""

import hashlib
import hmac
import secrets

ALPHABET = "23456789АВЕКМНРСТУХ"
LATIN = "23456789ABEKMHPCTYX"
LENGTH = 10
# What people type instead: Latin twins, and letters read for digits.
TYPED = str.maketrans(LATIN + "ЗZБSЧЁ", ALPHABET + "32654Е")
GROUPS = ((0, 4), (4, 8), (8, 10))


def check_character(payload: str) -> str:
    """Weighted sum modulo 19; weights 2 to 10 are distinct and prime to 19."""
    total = sum((place + 2) * ALPHABET.index(character) for place, character in enumerate(payload))
    return ALPHABET[total % len(ALPHABET)]


def new_code() -> str:
    """A fresh random code."""
    payload = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return payload + check_character(payload)


def normalise(typed: str) -> str:
    """What was meant: upper case, Cyrillic, without hyphens and blanks."""
    return "".join(character for character in typed.upper() if character.isalnum()).translate(TYPED)


def is_code(code: str) -> bool:
    """Whether a normalised code could be one of ours: finds a slip of the finger before anything is looked up."""
    return (
        len(code) == LENGTH
        and all(character in ALPHABET for character in code)
        and check_character(code[:-1]) == code[-1]
    )


def printed(code: str) -> str:
    """«К7РМ-2Д9Х-4А»."""
    return "-".join(code[start:end] for start, end in GROUPS)


def address_form(code: str) -> str:
    """The code in Latin letters, for a link in a QR square."""
    return code.translate(str.maketrans(ALPHABET, LATIN))


def hash_code(code: str, secret: str) -> str:
    """What the database keeps. Keyed, since 38 bits alone could be searched through in a stolen copy."""
    return hmac.new(secret.encode(), code.encode(), hashlib.sha256).hexdigest()
