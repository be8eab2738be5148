"""The fields of a form, each with the value that fits it best, and how sure that is.

Sureness comes from the name first (the same words, the same words with an owner, another word for the same kind of
thing), and a value that does not look like its kind is none: an e-mail address under the name of a phone number is
not proposed. Where two places that fit equally well say different things, the newer one is proposed, and doubted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from definitions.answers import TYPES, Wrong
from definitions.matcher.candidates import Candidate
from definitions.matcher.shape import fits, is_format, resolved
from definitions.matcher.words import Words, kind_of, owner_of, words_of

EXACT, OWNED, PARTLY, SYNONYM, BY_VALUE = 0.95, 0.85, 0.65, 0.7, 0.4
ONLY_ONE = 1.0
DOUBT = 0.7
"""What is left of the sureness where another place says something else."""

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BY_VALUE_ALONE = ("email", "iban", "phone", "url")
_HOW = {
    EXACT: "it has the same name",
    OWNED: "it is the {} of what is asked about",
    PARTLY: "its name is alike",
    SYNONYM: "it is another word for it",
    BY_VALUE: "it looks like one",
}


@dataclass(frozen=True, slots=True)
class Match:
    """One field's value: where it stands and how sure it is, with the reason as the end of a sentence."""

    value: Any
    confidence: float
    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Found:
    """The values of a form; `required` are the names that must be there, whether found or not."""

    matches: Mapping[str, Match]
    required: tuple[str, ...]
    asked: tuple[str, ...]

    @property
    def values(self) -> dict[str, Any]:
        return {field: match.value for field, match in self.matches.items()}

    @property
    def confidence(self) -> float:
        """That of the weakest field that must be there; of the weakest at all where none must."""
        counted = self.required or tuple(self.matches)
        return min((self.matches[each].confidence if each in self.matches else 0.0 for each in counted), default=0.0)

    @property
    def basis(self) -> tuple[str, ...]:
        """The names that were read, each once."""
        return tuple(dict.fromkeys(match.name for match in self.matches.values() if match.name))

    @property
    def explanation(self) -> str:
        """What was found where, and what was not found, in plain sentences."""
        found = [f"{field} is {match.name or 'given'}: {match.how}." for field, match in self.matches.items()]
        missing = [field for field in self.asked if field not in self.matches]
        lacking = [f"Nothing known fits {', '.join(missing)}."] if missing else []
        return " ".join([*found, *lacking]) or "Nothing is asked."


def match_fields(schema: Mapping[str, Any], candidates: Sequence[Candidate]) -> Found:
    """A value for each property of an object's schema that something known fits, in the order of the properties."""
    properties = schema.get("properties") or {}
    found: dict[str, Match] = {}
    for field, shape in properties.items():
        if (match := _best(field, shape, schema, candidates)) is not None:
            found[field] = match
    required = tuple(field for field in properties if field in schema.get("required", ()))
    return Found(found, required, tuple(properties))


def _best(field: str, shape: Any, root: Mapping[str, Any], candidates: Sequence[Candidate]) -> Match | None:
    shape = resolved(shape, root)
    if not isinstance(shape, Mapping):
        return None
    if (only := _only(shape)) is not None and field in root.get("required", ()):
        return Match(only, ONLY_ONE, "", "nothing else is possible")
    scored = [(_score(field, shape, each), each) for each in candidates if fits(shape, each.value, root)]
    most = max((score for score, _ in scored), default=0.0)
    if most == 0.0:
        return None
    best = [each for score, each in scored if score == most]
    chosen, how = best[0], _HOW[most].format(words_of(field)[-1])
    rivals = [each.name for each in best[1:] if each.value != chosen.value]
    if rivals:
        return Match(chosen.value, round(most * DOUBT, 2), chosen.name, f"{how}, but {rivals[0]} says something else")
    return Match(chosen.value, most, chosen.name, how)


def _only(shape: Mapping[str, Any]) -> Any:
    """The one value that a schema allows, if there is only one and it says something."""
    if "const" in shape and len(shape) == 1:
        return shape["const"]
    enum = shape.get("enum")
    return enum[0] if isinstance(enum, list) and len(enum) == 1 and fits(shape, enum[0], shape) else None


def _score(field: str, shape: Mapping[str, Any], candidate: Candidate) -> float:
    """How well a candidate's name and value go with a field: one of the constants above, or 0."""
    wanted, format_ = words_of(field), shape.get("format")
    kind = kind_of(wanted, format_)
    if not looks_like(kind, candidate.value):
        return 0.0
    score = max(_by_name(each, candidate) for each in _names(wanted, shape))
    if score or not isinstance(candidate.value, str | int | float) or isinstance(candidate.value, bool):
        return score
    if kind is not None and kind == kind_of(candidate.words) and _may_be(owner_of(wanted), candidate):
        return SYNONYM
    return BY_VALUE if kind in _BY_VALUE_ALONE and not owner_of(wanted) else 0.0


def _names(wanted: Words, shape: Mapping[str, Any]) -> list[Words]:
    """The field's id, and what people call it."""
    title = shape.get("title")
    return [wanted, words_of(title)] if isinstance(title, str) and title.strip() else [wanted]


def _by_name(wanted: Words, candidate: Candidate) -> float:
    have, around = candidate.words, candidate.around
    if not wanted or not have:
        return 0.0
    if wanted == have or sorted(wanted) == sorted(have):
        return EXACT
    if have == ("id",) and wanted[-1] != "id":
        return PARTLY if wanted == around[-1:] else 0.0
    if wanted[-1] != have[-1]:
        return 0.0
    asked, owners = owner_of(wanted), owner_of(have)
    if not owners and all(word in around for word in asked):
        return OWNED
    return PARTLY if not asked or not owners else 0.0


def _may_be(asked: Words, candidate: Candidate) -> bool:
    """Whether what is asked about and what the candidate belongs to can be the same: nobody's, or the same owner."""
    owners = owner_of(candidate.words)
    return asked == owners or not asked or (not owners and all(word in candidate.around for word in asked))


def looks_like(kind: str | None, value: Any) -> bool:
    """Whether a value can be of that kind of thing. What has no kind may be anything."""
    match kind:
        case "email":
            return isinstance(value, str) and is_format("email", value)
        case "phone":
            return isinstance(value, str) and _typed("phone", value) and not is_format("date", value)
        case "iban":
            return isinstance(value, str) and is_iban(value)
        case "date":
            return isinstance(value, str) and (is_format("date", value) or is_format("date-time", value))
        case "url":
            return isinstance(value, str) and is_format("uri", value)
        case "amount":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "name":
            return isinstance(value, str) and not is_format("email", value)
        case _:
            return True


def is_iban(text: str) -> bool:
    """Whether the check digits of an account number are right."""
    plain = text.replace(" ", "")
    if _IBAN.fullmatch(plain) is None:
        return False
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def _typed(type_: str, value: str) -> bool:
    try:
        TYPES[type_](value)
    except Wrong:
        return False
    return True
