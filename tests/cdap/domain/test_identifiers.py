"""Matricule, NIR and names as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdap.domain.names import FLUX_NAME_LENGTH, matches, name_key
from cdap.domain.nir import InvalidNirError, Nir, parse_nir
from partnerkit.matricule import InvalidMatriculeError, parse_matricule


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


@pytest.mark.parametrize(
    "typed",
    [
        "255081416802538",
        "2 55 08 14 168 025 38",
        "2550814168025",
        "253072A07300443",
        "182022B12304585",
        "7501299990001",
    ],
)
def test_a_nir_is_accepted_with_or_without_key_in_corsica_and_as_a_waiting_number(typed: str) -> None:
    assert len(parse_nir(typed).value) == 13


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("187127644708044", "NIR_KEY"),
        ("25508141680253", "NIR_LENGTH"),
        ("955081416802538", "NIR_FORMAT"),
        ("253072C073004", "NIR_FORMAT"),
        ("2550814168025AB", "NIR_KEY"),
    ],
)
def test_a_wrong_nir_says_why_and_never_repeats_it(typed: str, reason: str) -> None:
    with pytest.raises(InvalidNirError) as caught:
        parse_nir(typed)
    assert caught.value.reason == reason
    assert typed not in str(caught.value)


@given(st.text(max_size=25))
def test_any_text_is_a_nir_or_has_a_reason(text: str) -> None:
    try:
        nir = parse_nir(text)
    except InvalidNirError as error:
        outcome = error.reason
    else:
        outcome = "NIR_" if parse_nir(nir.value + nir.key) == nir else "another one"
    assert outcome.startswith("NIR_")


def test_a_nir_is_kept_as_a_keyed_hash_and_does_not_show_itself() -> None:
    nir = Nir("2550814168025")
    assert nir.value not in repr(nir)
    assert nir.hashed(b"one secret") == parse_nir("255081416802538").hashed(b"one secret")
    assert nir.hashed(b"one secret") != nir.hashed(b"another")


@pytest.mark.parametrize("typed", ["Lefèvre", "LEFEVRE", "le fevre", "Le-Fèvre ", "lefèvre"])
def test_a_name_matches_without_case_accents_or_hyphens(typed: str) -> None:
    assert matches(typed, ("LEFEVRE",))


def test_ligatures_and_apostrophes_do_not_count() -> None:
    assert name_key("L'Hostis-Dœuf") == name_key("lhostis doeuf")


@pytest.mark.parametrize("typed", ["", " ", "-", "1234", "LEFEVR"])
def test_no_letter_or_another_name_does_not_match(typed: str) -> None:
    assert not matches(typed, ("LEFEVRE",))


@given(st.text(max_size=100))
def test_a_key_is_letters_only_and_stable(text: str) -> None:
    key = name_key(text)
    assert len(key) <= FLUX_NAME_LENGTH
    assert not key or key.isalpha()
