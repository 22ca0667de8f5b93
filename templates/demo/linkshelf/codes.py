"""Short codes for links."""

import hashlib

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
SHORTEST = 5
LONGEST = 24


def code_for(url: str, length: int = SHORTEST) -> str:
    """Return the code of a link; the same link always gives the same code.

    A longer code starts with the shorter ones. The alphabet leaves out characters that people
    mistake for one another.
    """
    if not SHORTEST <= length <= LONGEST:
        raise ValueError(f"a code has {SHORTEST} to {LONGEST} characters, not {length}")
    number = int.from_bytes(hashlib.sha256(url.encode()).digest(), "big")
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(digits)
