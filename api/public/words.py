"""The words of the pages, in the languages they speak; which one is the browser's to say (Accept-Language)."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "add_row": "Add a row",
    "address": "Address or description",
    "again": "Try again in a moment.",
    "busy": "Too many attempts",
    "busy_text": "Wait a minute, then open the link again.",
    "check": "Please check what you entered",
    "confirm": "Confirm",
    "confirm_text": "Press the button to confirm this. Nothing has happened until you do.",
    "confirmed": "Confirmed",
    "confirmed_text": "Thank you. You can close this page.",
    "done": "Done",
    "drop": "Remove {name}",
    "error": "Error",
    "failed": "That did not work",
    "files_left": "Files you sent already",
    "gone": "This link does not lead anywhere",
    "gone_text": "It may have been used, withdrawn, or mistyped, or its time may be over. Ask whoever sent it to you.",
    "in_progress": "In progress",
    "later": "Later",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "no": "No",
    "no_mail": "No more mail from us",
    "no_mail_text": "You get no more mail. What there is to tell you is still shown where you work.",
    "not_needed": "Not needed",
    "nothing": "There is nothing to see here at the moment.",
    "open": "Open",
    "open_form": "Open the form",
    "optional": "optional",
    "over": "No longer open",
    "over_text": "The link has expired, the form is not needed any more, or a newer one took its place. "
    "If something is still expected of you, ask whoever sent it.",
    "phases": "Where it stands",
    "choose": "Please choose",
    "progress": "Progress",
    "received": "Thank you",
    "received_text": "Your answers have arrived. You can close this page.",
    "row": "Row {number}",
    "send": "Send",
    "shot": "The file was kept; you need not choose it again.",
    "sign": "By writing my name I sign.",
    "started_text": "Your answers have arrived, and we have started on it. You can close this page.",
    "steps": "Steps",
    "time_in": "Time in {zone}",
    "to_do": "This is waiting for you",
    "unavailable": "Not available right now",
    "yes": "Yes",
    "missing": "Please answer this.",
    "wrong_type": "This is not of the kind that is asked for.",
    "wrong_format": "This is not written as it should be, for example {example}.",
    "wrong_format_plain": "This is not written as it should be.",
    "too_small": "This must be at least {least}.",
    "too_large": "This must be at most {most}.",
    "too_short": "This needs at least {least}.",
    "too_long": "This may have at most {most}.",
    "not_an_option": "Please choose one of the options.",
    "duplicate": "One option was chosen twice.",
    "no_match": "This is not written as it should be.",
    "not_editable": "This cannot be answered here.",
    "unknown_field": "This cannot be answered here.",
    "before_start": "This lies before the start.",
    "no_such_file": "The file did not arrive. Please choose it again.",
    "no_such_record": "There is no such entry.",
    "not_a_picture": "This is no picture.",
    "empty_file": "The file is empty.",
    "unsupported_media_type": "Files of this kind are not taken.",
    "too_many_pixels": "The picture is too large.",
    "damaged_file": "The picture cannot be read.",
    "too_many_files": "Too many files were sent by this link.",
}

GERMAN: Mapping[str, str] = {
    "add_row": "Zeile hinzufügen",
    "address": "Adresse oder Beschreibung",
    "again": "Bitte gleich noch einmal versuchen.",
    "busy": "Zu viele Versuche",
    "busy_text": "Bitte eine Minute warten und den Link dann erneut öffnen.",
    "check": "Bitte prüfen Sie Ihre Angaben",
    "confirm": "Bestätigen",
    "confirm_text": "Mit dem Knopf bestätigen Sie dies. Vorher ist nichts geschehen.",
    "confirmed": "Bestätigt",
    "confirmed_text": "Vielen Dank. Sie können diese Seite schließen.",
    "done": "Erledigt",
    "drop": "{name} entfernen",
    "error": "Fehler",
    "failed": "Das hat nicht geklappt",
    "files_left": "Bereits gesendete Dateien",
    "gone": "Dieser Link führt nirgendwohin",
    "gone_text": "Er wurde vielleicht schon benutzt, zurückgezogen oder falsch abgeschrieben, oder seine Zeit ist um. "
    "Fragen Sie nach bei dem, der ihn geschickt hat.",
    "in_progress": "In Arbeit",
    "later": "Später",
    "latitude": "Breitengrad",
    "longitude": "Längengrad",
    "no": "Nein",
    "no_mail": "Keine E-Mails mehr von uns",
    "no_mail_text": "Sie erhalten keine E-Mails mehr. Was es mitzuteilen gibt, steht weiterhin dort, wo Sie arbeiten.",
    "not_needed": "Nicht nötig",
    "nothing": "Hier ist im Moment nichts zu sehen.",
    "open": "Offen",
    "open_form": "Formular öffnen",
    "optional": "freiwillig",
    "over": "Nicht mehr offen",
    "over_text": "Der Link ist abgelaufen, das Formular wird nicht mehr gebraucht, oder ein neueres ersetzt es. "
    "Wird noch etwas von Ihnen erwartet, fragen Sie, wer ihn geschickt hat.",
    "phases": "Der Stand",
    "choose": "Bitte wählen",
    "progress": "Fortschritt",
    "received": "Vielen Dank",
    "received_text": "Ihre Angaben sind angekommen. Sie können diese Seite schließen.",
    "row": "Zeile {number}",
    "send": "Senden",
    "shot": "Die Datei ist angekommen und muss nicht noch einmal gewählt werden.",
    "sign": "Mit meinem Namen unterschreibe ich.",
    "started_text": "Ihre Angaben sind angekommen, und wir haben damit begonnen. Sie können diese Seite schließen.",
    "steps": "Schritte",
    "time_in": "Uhrzeit in {zone}",
    "to_do": "Das wartet auf Sie",
    "unavailable": "Im Moment nicht erreichbar",
    "yes": "Ja",
    "missing": "Bitte beantworten.",
    "wrong_type": "Das ist nicht die Art von Angabe, nach der gefragt ist.",
    "wrong_format": "Das ist nicht richtig geschrieben, zum Beispiel {example}.",
    "wrong_format_plain": "Das ist nicht richtig geschrieben.",
    "too_small": "Das muss mindestens {least} sein.",
    "too_large": "Das darf höchstens {most} sein.",
    "too_short": "Hier braucht es mindestens {least}.",
    "too_long": "Hier darf es höchstens {most} sein.",
    "not_an_option": "Bitte eine der Möglichkeiten wählen.",
    "duplicate": "Eine Möglichkeit wurde zweimal gewählt.",
    "no_match": "Das ist nicht richtig geschrieben.",
    "not_editable": "Das kann hier nicht beantwortet werden.",
    "unknown_field": "Das kann hier nicht beantwortet werden.",
    "before_start": "Das liegt vor dem Beginn.",
    "no_such_file": "Die Datei ist nicht angekommen. Bitte noch einmal wählen.",
    "no_such_record": "Diesen Eintrag gibt es nicht.",
    "not_a_picture": "Das ist kein Bild.",
    "empty_file": "Die Datei ist leer.",
    "unsupported_media_type": "Dateien dieser Art werden nicht angenommen.",
    "too_many_pixels": "Das Bild ist zu groß.",
    "damaged_file": "Das Bild lässt sich nicht lesen.",
    "too_many_files": "Über diesen Link wurden zu viele Dateien gesendet.",
}

WORDS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "de": GERMAN}


def language(accepted: str) -> str:
    """The first of our languages by the browser's own weights (`de-CH, de;q=0.9, en;q=0.8`); English by default."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:1000].split(",")[:50]):
        tag, _, weight = part.partition(";")
        name = tag.strip().lower().partition("-")[0]
        if name in WORDS:
            wanted.append((-_weight(weight), place, name))
    return min(wanted)[2] if wanted and min(wanted)[0] < 0 else "en"


def _weight(text: str) -> float:
    """A quality value; 1 where none is given, 0 where it is none."""
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
