"""Names, addresses, numbers and days as people type, paste and import them."""

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerkit.days import french_day, french_midnight, is_plausible, shifted
from partnerkit.email import InvalidEmailError, checked_email
from partnerkit.matricule import InvalidMatriculeError, parse_matricule
from partnerkit.text import ascii_letters_of, clean_block, clean_line, letters_of, typed_name, why_name_refused
from tests.promises import promise

SAME_NAMES = [
    ("Léa D'Aubigné-Lô", unicodedata.normalize("NFD", "Léa D'Aubigné-Lô")),
    ("Anne-Marie", "Anne\u2011Marie"),
    ("Anne-Marie", "Anne\u2010Marie"),
    ("Anne-Marie", "Anne\u2013Marie"),
    ("D'Arc", "D’Arc"),
    ("D'Arc", "Dʼ\u200bArc"),
    ("O'Neil", "Oʻ\u2060Neil"),
    ("Petit", "\ufeffPetit\u200b"),
    ("Jean Petit", "Jean\u00a0\u202fPetit\u3000"),
    ("Jean Petit", "Jean\tPetit\r\n"),
    ("Petit", "\u202ePetit\u202c"),
    ("Petit", "Pe\u00adtit"),
    ("Petit", "\x00Petit\x7f"),
]


@promise("product:one-reading-of-what-is-typed")
@pytest.mark.parametrize(("plain", "pasted"), SAME_NAMES)
def test_a_pasted_name_is_the_name_itself(plain: str, pasted: str) -> None:
    assert typed_name(pasted) == plain
    assert why_name_refused(typed_name(pasted), 60) is None
    assert letters_of(pasted) == letters_of(plain)


@given(st.text(st.characters(codec="ascii")))
def test_text_of_plain_letters_is_cleaned_as_any_other(text: str) -> None:
    among_others = clean_line(f"é{text}é")
    assert clean_line(text) == among_others[1:-1].strip()


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("L'Hostis-Dœuf", "LHOSTISDOEUF"),
        ("Đorđević", "DORDEVIC"),
        ("Þór", "THOR"),
        ("Großmann", "GROSSMANN"),
        ("GROẞMANN", "GROSSMANN"),
        ("Łukasz", "LUKASZ"),
        ("Søren", "SOREN"),
        ("Işık", "ISIK"),
        ("N'Diaye", "NDIAYE"),
        ("İpek", "IPEK"),
        ("Ɔbèa", "OBEA"),
    ],
)
def test_letters_are_compared_as_documents_write_them(name: str, letters: str) -> None:
    assert letters_of(name) == letters
    assert ascii_letters_of(name) == letters.lower()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "EMPTY"),
        ("\u200b\u2060", "EMPTY"),
        ("\u3164", "EMPTY"),
        ("---", "NAME_CHARACTERS"),
        ("Petit2", "NAME_CHARACTERS"),
        ("<b>", "NAME_CHARACTERS"),
        ("A" * 61, "TOO_LONG"),
    ],
)
def test_what_is_no_name_says_why(name: str, reason: str) -> None:
    assert why_name_refused(typed_name(name), 60) == reason


@given(st.text())
def test_cleaning_twice_changes_nothing_and_leaves_nothing_invisible(text: str) -> None:
    for clean in (clean_line, typed_name):
        once = clean(text)
        assert clean(once) == once
        assert not {unicodedata.category(character) for character in once} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert clean_block(clean_block(text)) == clean_block(text)


@given(st.text())
def test_letters_do_not_depend_on_how_a_text_is_composed(text: str) -> None:
    assert letters_of(text) == letters_of(unicodedata.normalize("NFD", text)) == letters_of(letters_of(text))


def test_lines_of_a_reason_are_kept() -> None:
    assert clean_block("  Un\u00a0motif\r\n\r\n\r\n\r\nDeux\u2028Trois\x00 ") == "Un motif\n\nDeux\nTrois"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Jean.Petit@Mairie.FR ", "jean.petit@mairie.fr"),
        ("o'neil@mairie.fr", "o'neil@mairie.fr"),
        ("a+b@x-y.example", "a+b@x-y.example"),
        ("jean@mairie-évry.fr", "jean@xn--mairie-vry-h7a.fr"),
    ],
)
def test_an_address_is_kept_as_its_envelope_takes_it(typed: str, kept: str) -> None:
    assert checked_email(typed) == kept
    assert checked_email(kept) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "EMPTY"),
        ("mail.:jean@mairie.fr", "EMAIL_MALFORMED"),
        ("théo.lévêque@mairie.fr", "EMAIL_NOT_ASCII"),
        ("\u200bjean@mairie.fr", "EMAIL_NOT_ASCII"),
        ("jean@mairie.fr\u200b", "EMAIL_NOT_ASCII"),
        ("jean@mai\u00adrie.fr", "EMAIL_NOT_ASCII"),
        ("jean@mairie.fr\r\nBcc: x@y.fr", "EMAIL_MALFORMED"),
        ("jean..petit@mairie.fr", "EMAIL_MALFORMED"),
        (".jean@mairie.fr", "EMAIL_MALFORMED"),
        ("jean@", "EMAIL_MALFORMED"),
        ("jean@mairie", "EMAIL_MALFORMED"),
        ("jean@-mairie.fr", "EMAIL_MALFORMED"),
        ("jean@[127.0.0.1]", "EMAIL_MALFORMED"),
        ('"jean petit"@mairie.fr', "EMAIL_MALFORMED"),
        ("Jean <jean@mairie.fr>", "EMAIL_MALFORMED"),
        ("jean@mairie.fr, paul@mairie.fr", "EMAIL_MALFORMED"),
        ("a" * 65 + "@mairie.fr", "EMAIL_MALFORMED"),
        ("jean@" + "a" * 250 + ".fr", "TOO_LONG"),
    ],
)
def test_an_address_that_no_envelope_can_hold_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(InvalidEmailError) as refused:
        checked_email(typed)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "typed",
    ["0346145", "346145", "0346145-B", "00346145", "03 46 145", "034614500000000", "0346145\u00a0b", "0346145\u2011B"],
)
def test_a_matricule_is_read_as_people_and_records_write_it(typed: str) -> None:
    assert parse_matricule(typed).number == "0346145"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "MATRICULE_MISSING"),
        ("12345670", "MATRICULE_LENGTH"),
        ("123456700", "MATRICULE_LENGTH"),
        ("0000000", "MATRICULE_FORMAT"),
        ("-346145", "MATRICULE_FORMAT"),
        (".346145", "MATRICULE_FORMAT"),
        ("034614X5", "MATRICULE_FORMAT"),
        ("٠٣٤٦١٤٥", "MATRICULE_FORMAT"),
        ("255081416802538", "MATRICULE_LOOKS_LIKE_NIR"),
        ("2550814168025", "MATRICULE_LOOKS_LIKE_NIR"),
    ],
)
def test_what_is_no_matricule_says_why(typed: str, reason: str) -> None:
    with pytest.raises(InvalidMatriculeError) as refused:
        parse_matricule(typed)
    assert refused.value.reason == reason


@promise("product:one-reading-of-what-is-typed", "professional:number-as-it-is-written")
@given(st.text(alphabet="0123456789", max_size=15))
def test_a_number_is_never_changed_into_another_one(digits: str) -> None:
    try:
        number = parse_matricule(digits).number
    except InvalidMatriculeError:
        return
    assert int(number) == int(digits) or (len(digits) == 15 and digits == number + "0" * 8)


def test_days_never_overflow_at_the_ends_of_the_calendar() -> None:
    assert shifted(date.max, 1) == date.max
    assert shifted(date.min, -400) == date.min
    assert french_midnight(date.min) == datetime(1, 1, 1, tzinfo=UTC)
    assert french_midnight(date.max).year == 9999
    assert french_midnight(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert french_day(datetime(2026, 6, 30, 22, tzinfo=UTC)) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("day", "plausible"),
    [(date(26, 1, 1), False), (date(9999, 12, 31), False), (date(1899, 12, 31), False), (date(2026, 11, 30), True)],
)
def test_a_day_of_another_age_is_a_typing_mistake(day: date, plausible: bool) -> None:
    assert is_plausible(day) is plausible
