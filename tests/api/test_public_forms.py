"""Forms as plain HTML: every type of field there and back, blank rows, what was typed, mistakes beside their fields."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from api.forms_view import inputs_form
from api.public.controls import Sheet, summary
from api.public.hidden import shown
from api.public.pages import markdown, page
from api.public.sent import answer_of, strange, tidied, written
from api.public.widgets import PARTS, WIDGETS, Reader, number_of
from api.public.words import ENGLISH, GERMAN, WORDS, language
from definitions.answers import TYPES
from definitions.forms import PROBLEMS, check_answer
from definitions.model import FormField

AMSTERDAM = Reader("en", "Europe/Amsterdam")
ROWS = [FormField(id="what", type="text", required=True), FormField(id="count", type="integer")]
MANY = [{"id": f"o{number}"} for number in range(9)]
FIELDS = (
    FormField(id="name", type="text", label="Your name", required=True, help="As in your **passport**"),
    FormField(id="story", type="long_text"),
    FormField(id="amount", type="money", min=10),
    FormField(id="people", type="integer"),
    FormField(id="weight", type="number"),
    FormField(id="ok", type="boolean", required=True),
    FormField(id="size", type="choice", options=[{"id": "s", "label": "Small"}, {"id": 2, "label": "Two"}]),
    FormField(id="land", type="choice", options=MANY),
    FormField(id="extras", type="choices", options=["a", "b", "c"]),
    FormField(id="checks", type="checklist", options=["x", "y"]),
    FormField(id="born", type="date"),
    FormField(id="meet", type="datetime"),
    FormField(id="takes", type="duration"),
    FormField(id="mail", type="email"),
    FormField(id="tel", type="phone"),
    FormField(id="site", type="url"),
    FormField(id="parcel", type="barcode"),
    FormField(id="which", type="record", collection="demo.orders"),
    FormField(id="rules", type="info", label="Rules", help="Read [this](https://example.org)."),
    FormField(id="items", type="table", fields=tuple(ROWS), label="Items"),
    FormField(id="photos", type="pictures"),
    FormField(id="paper", type="file"),
    FormField(id="sign", type="signature"),
    FormField(id="place", type="location"),
    FormField(id="arrived", type="stopwatch", timer="work"),
    FormField(id="fixed", type="text", editable=False, default="as agreed"),
)
ANSWER: dict[str, Any] = {
    "name": "Sam", "story": "One\ntwo", "amount": 1250.5, "people": 3, "weight": 0.25, "ok": False, "size": 2,
    "land": "o4", "extras": ["a", "c"], "checks": ["y"], "born": "2001-02-03", "meet": "2026-07-01T08:30:00.000000Z",
    "takes": "90 minutes", "mail": "sam@example.org", "tel": "+31 20 555 0101", "site": "https://example.org/a",
    "parcel": "4006381333931", "which": "17", "items": [{"what": "Bolt", "count": 2}, {"what": "Nut", "count": None}],
    "photos": [{"file": "file-1"}, {"file": "file-2"}], "paper": {"file": "file-3"},
    "sign": {"name": "Sam", "typed": True}, "place": {"lat": 52.5, "lon": 4.75, "address": "Dam 1"},
    "arrived": {"at": "2026-01-05T09:15:00.000000Z"},
}  # fmt: skip


def form() -> dict[str, Any]:
    document = SimpleNamespace(inputs=FIELDS, record="demo.orders", steps=(), timezone="Europe/Amsterdam")
    return inputs_form(cast(Any, SimpleNamespace(document=document, trees={})), {})


def drawn(sheet: Sheet, lang: str = "en") -> str:
    """The page's text."""
    headers = [(b"accept-language", lang.encode())]
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "query_string": b""})
    controls = sheet.controls()
    values = {"title": "T<b>", "description": "*Hello*", "action": "/public/x", "button": None, "visit": "a#1"}
    return bytes(page(request, "form.html", controls=controls, wrong=summary(controls), **values).body).decode()


def test_every_type_of_the_language_has_its_controls() -> None:
    assert {*WIDGETS, "table", "info"} == set(TYPES)
    assert {each.type for each in FIELDS} == set(TYPES), "this test shows every one"
    assert set(PARTS) <= set(WIDGETS)


@pytest.mark.parametrize("lang", sorted(WORDS))
def test_what_is_shown_and_sent_back_is_the_same_answer(lang: str) -> None:
    reader = Reader(lang, "Europe/Amsterdam")
    shown = written(form(), ANSWER, reader)
    assert shown["meet"] == ["2026-07-01T10:30"], "a clock in the definition's zone"
    assert shown["amount"] == ["1250,5" if lang == "de" else "1250.5"]
    assert answer_of(form(), tidied(form(), shown, reader), reader) == ANSWER
    _, problems = check_answer(FIELDS, ANSWER, {}, {}, "/inputs")
    assert problems == [], "and it is one that the judge takes"


def test_an_empty_form_answers_nothing_and_is_told_all_that_is_missing() -> None:
    answer = answer_of(form(), {}, AMSTERDAM)
    assert set(answer.values()) == {None}
    assert "fixed" not in answer and "rules" not in answer, "what is only shown is not answered"
    _, problems = check_answer(FIELDS, answer, {}, {}, "/inputs")
    assert [(each.path, each.code) for each in problems] == [("/output/name", "missing"), ("/output/ok", "missing")]


def test_blank_rows_are_no_rows_and_mistakes_stay_with_theirs() -> None:
    raw = {"items.rows": ["4"], "items.1.count": ["5"], "items.3.what": ["Nut"], "items.3.count": ["x"]}
    tidy = tidied(form(), raw, AMSTERDAM)
    answer = answer_of(form(), tidy, AMSTERDAM)["items"]
    assert answer == [{"what": None, "count": 5}, {"what": "Nut", "count": "x"}]
    _, problems = check_answer(FIELDS, {"items": answer, "name": "x", "ok": True}, {}, {}, "/inputs")
    errors = [each.to_json() for each in problems]
    assert [each["path"] for each in errors] == ["/output/items/0/what", "/output/items/1/count"]
    (table,) = [each for each in Sheet(form(), tidy, AMSTERDAM, ENGLISH, errors).controls() if each.kind == "table"]
    assert [[len(cell.errors) for cell in row] for row in table.rows] == [[1, 0], [0, 1]]
    assert table.rows[1][1].parts[0].value == "x", "what was typed stays"
    text = drawn(Sheet(form(), tidy, AMSTERDAM, ENGLISH, errors, grow="items"))
    assert 'name="items.2.what"' in text, "one row more was asked for"
    assert 'href="#f-items-1-count"' in text and 'id="f-items-1-count"' in text


@pytest.mark.parametrize(
    ("lang", "text", "value"),
    [
        ("en", "1,250.50", 1250.5), ("de", "1.250,50", 1250.5), ("de", "3,5", 3.5), ("en", "3,5", "3,5"),
        ("en", "12", 12), ("de", "1 250", 1250), ("en", "-.5", -0.5), ("en", "1e9", "1e9"), ("de", "zwei", "zwei"),
        ("en", "9" * 400, "9" * 400), ("en", "NaN", "NaN"), ("en", "٣", "٣"),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(lang: str, text: str, value: Any) -> None:
    assert number_of(text, lang) == value


def test_what_no_control_holds_is_noticed() -> None:
    assert strange(form(), {"name": ["x"], "items.0.what": [], "_send": [], "team": ["x"], "place.lat": []}) == ["team"]


class Ids(HTMLParser):
    """Ids, what refers to them, and whatever could run."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.named: set[str] = set()
        self.tags: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("for", "aria-describedby"):
                self.named.update((value or "").split())
            if name.startswith("on") or name == "style":
                self.handlers.append(name)


@pytest.mark.parametrize("lang", sorted(WORDS))
def test_the_page_refers_to_what_is_there_and_runs_nothing(lang: str) -> None:
    errors = [{"path": f"/output/{each.id}", "code": "missing", "message": "m"} for each in FIELDS]
    raw = written(form(), ANSWER, AMSTERDAM)
    names = {"file-1": "a.png", "file-2": "<b>.png", "file-3": "c.pdf"}
    text = drawn(Sheet(form(), raw, AMSTERDAM, WORDS[lang], errors, names), lang)
    read = Ids()
    read.feed(text)
    assert len(read.ids) == len(set(read.ids))
    assert read.named <= set(read.ids)
    assert read.handlers == [] and "script" not in read.tags
    assert "T<b>" not in text and "<b>.png" not in text, "what people write is shown as text"
    assert f'<html lang="{lang}">' in text and WORDS[lang]["send"] in text
    assert "<strong>passport</strong>" in text and "as agreed" in text


def test_markdown_holds_nothing_that_runs_or_is_fetched() -> None:
    text = markdown(
        "<script>x</script> [a](javascript:alert(1)) ![p](https://evil.example/p.png) [b](https://ok.example)"
    )
    assert "<script" not in text and "<img" not in text and 'href="javascript' not in text
    assert 'href="https://ok.example" rel="noopener noreferrer nofollow"' in text


def test_signs_that_nobody_sees_are_shown_as_the_console_shows_them() -> None:
    cases = json.loads((Path(__file__).parents[2] / "web/src/ui/hidden.cases.json").read_text())
    assert len(cases["shown"]) > 5 and len(cases["left"]) > 5
    for written_, seen in cases["shown"]:
        assert shown(written_) == seen
    for text in cases["left"]:
        assert shown(text) == text


TURNED = "\u202efdp.exe"


class Sent(HTMLParser):
    """What a page would send back, and all that is read in it."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[str] = []
        self.read = ""
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.values += [value for name, value in attrs if name == "value" and value]

    def handle_data(self, data: str) -> None:
        if self.inside == "textarea":
            self.values.append(data.strip("\n"))
        else:
            self.read += data


def test_a_page_shows_such_signs_and_sends_them_back_to_the_letter() -> None:
    options = [{"id": TURNED, "label": f"label {TURNED}"}, {"id": "b"}]
    fields = [
        FormField(id="name", type="text", label=f"Name {TURNED}", help=f"help **{TURNED}**"),
        FormField(id="story", type="long_text"),
        FormField(id="size", type="choice", options=options),
        FormField(id="extras", type="choices", options=options),
        FormField(id="many", type="choice", options=[*options, *MANY]),
        FormField(id="paper", type="file"),
    ]
    document = SimpleNamespace(inputs=fields, record="demo.orders", steps=(), timezone="Europe/Amsterdam")
    asked = inputs_form(cast(Any, SimpleNamespace(document=document, trees={})), {})
    raw = {"name": [TURNED], "story": [TURNED], "size": [TURNED], "extras": [TURNED], "paper.kept": ["file-1"]}
    page = Sent()
    page.feed(drawn(Sheet(asked, raw, AMSTERDAM, ENGLISH, [], {"file-1": f"paper {TURNED}"})))
    assert "\u202e" not in page.read
    for read in ("Name", "help ", "label", "paper"):
        assert f"{read.strip()} [U+202E]fdp.exe" in page.read, read
    sent = [value for value in page.values if "fdp" in value]
    assert sent == [TURNED] * 5, "two fields, and the same choice three times"


def test_both_languages_have_the_same_words_for_every_mistake() -> None:
    assert set(ENGLISH) == set(GERMAN)
    assert set(PROBLEMS) <= set(ENGLISH)
    for name, text in ENGLISH.items():
        assert text.count("{") == GERMAN[name].count("{"), name


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        ("", "en"), ("de-CH, de;q=0.9, en;q=0.8", "de"), ("en;q=0.3, de;q=0.7", "de"), ("fr, nl", "en"),
        ("de;q=0", "en"), ("fr, de;q=0.1", "de"), ("de;q=nan;x", "en"), ("," * 4000 + "de", "en"), ("DE", "de"),
    ],
)  # fmt: skip
def test_the_language_is_the_browsers_to_say(accepted: str, name: str) -> None:
    assert language(accepted) == name


ODD = [
    "items.rows",
    "items.0.what",
    "items.7.count",
    "place.lat",
    "photos.kept",
    "photos.drop",
    "paper.kept",
    "x.y.z",
    "_send",
    "items.-1.what",
    "items.99999.what",
]
NAMES = st.sampled_from([each.id for each in FIELDS] + ODD)
SAID = st.one_of(st.text(max_size=20), st.sampled_from(["1", "99999", "0", "2026-02-31T25:61", "NaN"]))
TEXTS = st.lists(SAID, max_size=3)


@settings(max_examples=150, deadline=None)
@given(raw=st.dictionaries(NAMES, TEXTS, max_size=12), lang=st.sampled_from(sorted(WORDS)))
def test_whatever_is_sent_is_read_judged_and_shown_again(raw: dict[str, list[str]], lang: str) -> None:
    """Nothing that stands in a form makes the page, or the judge, fail."""
    reader = Reader(lang, "Europe/Amsterdam")
    tidy = tidied(form(), raw, reader)
    answer = answer_of(form(), tidy, reader)
    _, problems = check_answer(FIELDS, answer, {}, {}, "/inputs")
    errors = [each.to_json() for each in problems]
    text = drawn(Sheet(form(), tidy, reader, WORDS[lang], errors), lang)
    assert text.count('<fieldset class="row">') <= 100
    assert tidied(form(), tidy, reader) == tidy, "what is tidy stays as it is"
