"""Names as words: what `customerEmail`, `customer_email` and `Customer e-mail` have in common.

A spelling is the same word written otherwise and costs nothing. A synonym is another word for the same kind of thing
(an amount, a total) and is only a guess. The last word of a name says what the thing is, those before it whose.
"""

from __future__ import annotations

import re

Words = tuple[str, ...]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATOR = re.compile(r"[^\w]+|_+")
_EMAIL = re.compile(r"\be[-_ ]mail\b", re.IGNORECASE)

SPELLINGS = {
    "mail": "email", "telephone": "phone", "tel": "phone", "nr": "number", "no": "number", "num": "number",
    "desc": "description", "qty": "quantity", "addr": "address", "ref": "reference", "lastname": "surname",
    "firstname": "forename", "zip": "postcode",
}  # fmt: skip

KINDS: dict[str, tuple[str, ...]] = {
    "email": ("email", "to", "recipient"),
    "phone": ("phone", "mobile", "cell"),
    "iban": ("iban", "account"),
    "amount": ("amount", "total", "sum", "price"),
    "name": ("name",),
    "date": ("date", "day"),
    "url": ("url", "link", "website"),
    "reference": ("reference", "number", "code"),
    "text": ("text", "body", "message", "content"),
}
"""Kind of thing -> the words that can stand for it."""

_KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}
_STOP = ("the", "a", "an", "of", "for", "this", "your")


def words_of(name: str) -> Words:
    """The words of a name, small, singular and spelled alike; the words that say nothing left out."""
    text = _CAMEL.sub(" ", _EMAIL.sub("email", name))
    found = [part.casefold() for part in _SEPARATOR.split(text) if part]
    kept = [_spelled(part) for part in found if part not in _STOP]
    return tuple(kept or found)


def _spelled(word: str) -> str:
    single = _singular(word)
    return SPELLINGS.get(single, single)


def _singular(word: str) -> str:
    """English only, and only where it cannot go wrong: `orders`, `countries`, but not `status` or `address`."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as", "os")):
        return word[:-1]
    return word


def kind_of(words: Words, format_: str | None = None) -> str | None:
    """What kind of thing a name or a JSON Schema format tells of, or None."""
    by_format = {"email": "email", "date": "date", "uri": "url", "url": "url"}.get(format_ or "")
    return by_format or (_KIND_OF.get(words[-1]) if words else None)


def owner_of(words: Words) -> Words:
    """Whose it is: all words but the last."""
    return words[:-1]
