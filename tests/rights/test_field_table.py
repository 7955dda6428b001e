"""The field table: what it accepts, and how clearly it refuses."""

from pathlib import Path

import pytest

from rights.field_table import FieldTable, FieldTableError

GOOD = 'version = "2026-11-01"\n[profiles.T1]\nmatricule = "full"\n[profiles.T2]\netat_dossier = "active_or_not"\n'


def test_a_table_gives_the_fields_of_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "fields.toml"
    path.write_text(GOOD, encoding="utf-8")
    table = FieldTable.load(path)
    assert (table.version, table.profiles) == ("2026-11-01", ("T1", "T2"))
    assert table.fields("T2") == {"etat_dossier": "active_or_not"}
    assert table.fields("T5") == {}


def test_the_fields_cannot_be_changed_by_who_reads_them() -> None:
    fields = FieldTable.parse(GOOD).fields("T1")
    with pytest.raises(TypeError):
        fields["nir"] = "full"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "needs a version"),
        ('version = "1"', "lists no profile"),
        ("version = 1\n[profiles.T1]\na = 'full'", "needs a version"),
        (GOOD + "[profiles.T10]\na = 'full'", "unknown profile 'T10'"),
        (GOOD + "[profiles.T6]\na = 'full'", "T6 is reserved"),
        (GOOD + "[profiles.T3]\n", "T3 lists no field"),
        (GOOD + "[profiles.T2]\na = 'full'", "listed twice"),
        (GOOD + "etat_dossier = 'full'", "listed twice"),
        (GOOD + "adresse = 'half'", "field adresse: unknown reduction 'half'"),
        (GOOD + "adresse = true", "field adresse: unknown reduction True"),
        (GOOD + "'Adresse 1' = 'full'", "is not a field name"),
        (GOOD + "[extra]\na = 1", "unknown entry 'extra'"),
        ('version = "1"\nprofiles = 3', "profiles are tables"),
        ('version = "1"\n[profiles]\nT1 = 3', "profiles are tables"),
        ("version = ", "not TOML"),
    ],
)
def test_a_wrong_table_says_where_and_why(text: str, sentence: str) -> None:
    with pytest.raises(FieldTableError, match=sentence):
        FieldTable.parse(text)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FieldTableError, match=r"missing\.toml: cannot be read"):
        FieldTable.load(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b'version = "\xe9"')
    with pytest.raises(FieldTableError, match=r"latin\.toml: cannot be read"):
        FieldTable.load(tmp_path / "latin.toml")
