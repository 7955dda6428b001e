"""Fields that every service shares: clean text, addresses left as typed, days that keep what was typed."""

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from wtforms import PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField

import partnerkit.web
from partnerkit.web import AddressField, CleanForm, DayField
from tests.promises import promise
from tests.servicekit.web.catalogue_check import untranslated, unused

INVISIBLE = ["\u200b", "\x00", "\u202e", "\u2066", "\ufeff", "\u00ad", "\x1b", "\u3164"]


class Everything(CleanForm):
    """One field of each kind."""

    name = StringField()
    text = TextAreaField(filters=[lambda text: text.upper() if text else text])
    password = PasswordField()
    email = AddressField()
    day = DayField()
    one = SelectField(validate_choice=False)
    several = SelectMultipleField(validate_choice=False)


def typed(**fields: str) -> Everything:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="of this test", WTF_CSRF_ENABLED=False)
    Babel(app, default_locale="fr")
    with app.test_request_context("/", method="POST", data=fields):
        form = Everything()
        form.validate()
        return form


@promise("text:clean-in-every-form")
@pytest.mark.parametrize("character", INVISIBLE)
def test_text_is_clean_before_anybody_sees_it(character: str) -> None:
    form = typed(name=f" a{character}b ", text=f"a{character}\r\nb\n\n\n", email=f"{character}a@b.fr")
    assert form.name.data == "ab"
    assert form.text.data == "A\nB"
    assert form.email.data == f"{character}a@b.fr"


def test_values_of_lists_are_clean_too() -> None:
    form = typed(one="a\x00", several="\u200bb")
    assert (form.one.data, form.several.data) == ("a", ["b"])


def test_a_name_typed_with_combining_accents_is_composed() -> None:
    assert typed(name="Ame\u0301lie").name.data == "Am\u00e9lie"


def test_a_password_is_what_was_typed() -> None:
    assert typed(password=" a\u200bb ").password.data == " a\u200bb "


@promise("dates:plausible")
@pytest.mark.parametrize(
    ("text", "sentence", "kind"),
    [
        ("0026-03-01", "Vérifiez l'année : 0026.", "date"),
        ("9999-12-31", "Vérifiez l'année : 9999.", "date"),
        ("1/1/26", "Vérifiez l'année : 26.", "text"),
        ("31/02/2026", "Cette date n'existe pas. Exemple : 23/11/2026.", "text"),
        ("2020-00-00", "Cette date n'existe pas. Exemple : 23/11/2026.", "text"),
    ],
)
def test_a_refused_day_says_why_and_keeps_what_was_typed(text: str, sentence: str, kind: str) -> None:
    field = typed(day=text).day
    assert (field.data, field.errors) == (None, [sentence])
    drawn = str(field())
    assert f'value="{text}"' in drawn
    assert f'type="{kind}"' in drawn


def test_an_empty_day_is_no_mistake_and_a_good_one_is_drawn_for_browsers() -> None:
    assert (typed(day="").day.data, typed(day=" ").day.errors) == (None, [])
    drawn = str(typed(day="2026-11-23").day())
    assert 'type="date"' in drawn
    assert 'max="2100-12-31"' in drawn


def test_every_sentence_has_its_english() -> None:
    folder = Path(partnerkit.web.__file__).parent
    assert untranslated(folder) == []
    assert unused(folder) == []
