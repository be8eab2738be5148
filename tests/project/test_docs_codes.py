"""docs/problems.md has a section for every code that people can meet, and none for a code that nothing says."""

from __future__ import annotations

import re

import pytest

from definitions.forms import PROBLEMS
from tests.project.docs_codes import ROOT, collected

PAGE = ROOT / "docs" / "problems.md"
SECTION = re.compile(r"^### `([a-z0-9_]+)`\n\n(.+?)(?=\n\n###|\n\n## |\Z)", re.MULTILINE | re.DOTALL)
WHAT_TO_DO = """Write one section per code in docs/problems.md, in alphabetical order, under '## Answers' (what the API
answers, and how a command is refused) or '## Attention' (why a step asks for a person):

    ### `code`

    Status 409. When it is met. What to do about it.

The status is for answers only. Take out the section of a code that nothing says any more; a code is never renamed."""


def sections(part: str) -> dict[str, str]:
    """The sections under one heading of the page: code -> text."""
    _, _, text = PAGE.read_text(encoding="utf-8").partition(f"\n## {part}\n")
    return dict(SECTION.findall(text.partition("\n## ")[0] + "\n\n## "))


def missing(found: dict[str, list[str]], written: dict[str, str]) -> list[str]:
    return [f"{code}: no section, said at {found[code][0]}" for code in sorted(set(found) - set(written))]


@pytest.mark.parametrize("part", ["Answers", "Attention"])
def test_every_code_has_its_section_and_every_section_its_code(part: str) -> None:
    found, written = getattr(collected(), part.lower()), sections(part)
    wrong = missing(found, written)
    wrong += [f"{code}: a section, and nothing says it" for code in sorted(set(written) - set(found))]
    assert not wrong, "\n".join([f"## {part}", *wrong, "", WHAT_TO_DO])
    assert list(written) == sorted(written), "the sections stand in alphabetical order"


def test_the_status_is_the_one_the_program_gives() -> None:
    """Where the program's text names a status beside the code, the section begins with it."""
    statuses, wrong = collected().statuses, []
    for code, words in sections("Answers").items():
        assert words.startswith("Status "), f"{code}: the section begins with the status.\n{WHAT_TO_DO}"
        named = {int(status) for status in re.findall(r"\b[45]\d\d\b", words)}
        wrong += [f"{code} is answered with {status}" for status in sorted(statuses.get(code, set()) - named)]
    assert not wrong, "\n".join([*wrong, "", WHAT_TO_DO])


def test_a_section_says_more_than_the_code() -> None:
    texts = [text for part in ("Answers", "Attention") for text in sections(part).items()]
    assert [code for code, words in texts if len(words.split()) < 6] == []


def test_the_codes_of_forms_have_a_page_too() -> None:
    """They come in `errors` beside those of this page; findings.md holds them (test_codes_documented.py)."""
    assert set(PROBLEMS) <= set(re.findall(r"^### `([a-z_]+)`", (ROOT / "docs/findings.md").read_text(), re.MULTILINE))


def test_the_collection_finds_what_it_should() -> None:
    """One of each way in which a code is written; should one of these go, take another of the same way."""
    found = collected()
    assert {"untrusted_host", "run_closed", "idempotency_conflict", "wrong_cursor", "too_small"} <= set(found.answers)
    assert {"choice_missing", "unknown_option", "naive_time", "duplicate", "unknown_signal"} <= set(found.answers)
    assert {"not_allowed", "invalid_input", "no_option", "malformed_call", "bad_tls"} <= set(found.attention)
    assert found.statuses["run_closed"] == {409}
    assert found.statuses["untrusted_host"] == {400}


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("api/problems.py", 'raise Conflict("No.", code="brand_new")'),
        ("api/problems.py", 'x = {"path": "/a", "code": "brand_new"}'),
        ("definitions/engine/judge.py", 'x = Refusal("brand_new", "no", 422)'),
        ("definitions/engine/judge.py", 'code = "brand_new" if COMMAND_KEYS else "other"\nx = Refusal(code, "no")'),
        ("activities/errors.py", 'raise ActionError("brand_new", "no")'),
        ("activities/errors.py", 'raise Retryable("no", code="brand_new")'),
    ],
)
def test_a_code_without_a_section_is_noticed(file: str, line: str) -> None:
    """The alarm is seen, for each way of writing a code."""
    found = collected({file: line})
    told = missing(found.answers, sections("Answers")) + missing(found.attention, sections("Attention"))
    assert [each for each in told if each.startswith("brand_new: no section")], told
