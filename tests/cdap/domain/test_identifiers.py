"""Matricule and names as people write them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdap.domain.names import RECORD_LENGTH, keys_of, matches, name_key
from partnerkit.matricule import InvalidMatriculeError, parse_matricule
from tests.promises import promise


@promise("professional:number-as-it-is-written")
@pytest.mark.parametrize(
    ("typed", "number", "letter"),
    [
        ("0346145", "0346145", ""),
        ("346145", "0346145", ""),
        (" 0346 145 b ", "0346145", "B"),
        ("034614500000000", "0346145", ""),
        ("000000000346145", "0346145", ""),
        ("7", "0000007", ""),
    ],
)
def test_a_matricule_is_read_as_it_is_written(typed: str, number: str, letter: str) -> None:
    matricule = parse_matricule(typed)
    assert (matricule.number, matricule.letter) == (number, letter)


@promise("professional:number-as-it-is-written")
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "MATRICULE_MISSING"),
        ("  ", "MATRICULE_MISSING"),
        ("12AB", "MATRICULE_FORMAT"),
        ("0000000", "MATRICULE_FORMAT"),
        ("٠٣٤٦١٤٥", "MATRICULE_FORMAT"),
        ("12345678", "MATRICULE_LENGTH"),
        ("2550814168025", "MATRICULE_LOOKS_LIKE_NIR"),
        ("255081416802538", "MATRICULE_LOOKS_LIKE_NIR"),
    ],
)
def test_a_wrong_matricule_says_why(typed: str, reason: str) -> None:
    with pytest.raises(InvalidMatriculeError) as caught:
        parse_matricule(typed)
    assert caught.value.reason == reason


@given(st.integers(1, 9_999_999))
def test_every_way_to_write_a_matricule_gives_the_same_one(number: int) -> None:
    seven = f"{number:07d}"
    written = {seven, str(number), f"{seven}00000000", f"{seven[:3]} {seven[3:]}"}
    assert {parse_matricule(text).number for text in written} == {seven}


@given(st.text(max_size=40))
def test_any_text_gives_seven_digits_or_a_reason(text: str) -> None:
    try:
        number = parse_matricule(text).number
    except InvalidMatriculeError as error:
        number = error.reason
    assert number.startswith("MATRICULE_") or (len(number) == 7 and number.isdecimal())


def test_a_masked_matricule_shows_two_digits() -> None:
    assert parse_matricule("0346145").masked == "•••••45"


@promise("professional:names-as-people-write-them")
@pytest.mark.parametrize("typed", ["Lefèvre", "LEFEVRE", "le fevre", "Le-Fèvre ", "lefèvre"])
def test_a_name_matches_without_case_accents_or_hyphens(typed: str) -> None:
    assert matches(typed, ("LEFEVRE",))


@promise("professional:names-as-people-write-them")
def test_ligatures_and_apostrophes_do_not_count() -> None:
    assert name_key("L'Hostis-Dœuf") == name_key("lhostis doeuf")


@pytest.mark.parametrize("typed", ["", " ", "-", "1234", "LEFEVR"])
def test_no_letter_or_another_name_does_not_match(typed: str) -> None:
    assert not matches(typed, ("LEFEVRE",))


LONG = (
    "DE LA ROCHEFOUCAULD-MONTMORENCY",
    "DE LA TOUR D'AUVERGNE-LAURAGUAIS",
    "ANDRIANAMPOINIMERINA RAZAFINDRAKOTO",
    "RAVELOJAONA RAKOTOMALALA-ANDRIANTSOA",
    "FERNANDES DE ALBUQUERQUE-CAVALCANTI",
    "VON DER SCHULENBURG WOLFSBURG HEHLEN",
)


@promise("cdap:names-as-the-record-cuts-them")
@pytest.mark.parametrize("full", LONG)
@pytest.mark.parametrize(
    "typed_as", [str, str.title, lambda name: name.replace("-", " "), lambda name: name.replace("'", "\u02bc")]
)
def test_a_name_that_the_record_cuts_is_found_by_the_full_name(full: str, typed_as: Callable[[str], str]) -> None:
    cut = full[:RECORD_LENGTH].strip()
    keys = tuple(keys_of(cut))
    assert matches(typed_as(full), keys)
    assert matches(typed_as(cut), keys)


@pytest.mark.parametrize("full", LONG)
def test_a_name_that_was_not_cut_is_found_as_the_letters_of_the_caf_cut_it(full: str) -> None:
    keys = tuple(keys_of(full))
    assert matches(full, keys)
    assert matches(full[:RECORD_LENGTH], keys)
    assert not matches(full[: RECORD_LENGTH - 6], keys)


def test_a_name_cut_where_a_word_ends_is_found_by_what_follows_as_a_word_only() -> None:
    keys = tuple(keys_of("RAZAFINDRAKOTOMALALA HARIVONY"[:27]))
    assert matches("RAZAFINDRAKOTOMALALA HARIVO NAINA", keys)
    assert not matches("RAZAFINDRAKOTOMALALA HARIVONY", keys)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("DE LA ROCHEFOUCAULD", "DE LA ROCHEFOUCAULD-MONTMORE"),
        ("MARTIN DUPONT", "MARTIN"),
        ("MARTINEZ", "MARTIN"),
        ("MAR", "MARTIN"),
        ("ABCDEFGHIJ", "A - B - C - D - E - F - G - H"[:RECORD_LENGTH]),
    ],
)
def test_the_beginning_of_a_name_finds_nothing(typed: str, kept: str) -> None:
    assert not matches(typed, tuple(keys_of(kept)))


@pytest.mark.parametrize(
    "typed",
    ["Le Fe\u0300vre", "Le\u2011Fèvre", "Le\u00a0Fèvre", "LE FÈVRE\u200b", "\u202aLe Fèvre\u202c", "le\u2019fèvre"],
)
def test_typography_does_not_count(typed: str) -> None:
    assert matches(typed, tuple(keys_of("LE FEVRE")))


@given(st.text(max_size=100))
def test_a_key_is_letters_only_and_stable(text: str) -> None:
    key = name_key(text)
    assert not key or key.isalpha()
    assert all(" " not in stored for stored in keys_of(text))
    assert not key or matches(text, tuple(keys_of(text)))
