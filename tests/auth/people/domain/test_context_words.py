"""Passwords made of what everybody knows of a person, and provisional ones as mail programs hand them over."""

from __future__ import annotations

import unicodedata

import pytest

from auth.people.domain.passwords import (
    PasswordProblem,
    PasswordRules,
    find_problem,
    normalise_password,
    provisional_form,
)
from tests.promises import promise

AMELIE = (
    "adaubignelo-6748", "Amélie", "D'Aubigné-Lô", "Amélie D'Aubigné-Lô", "amelie.daubigne", "mairie-rivebelle",
    "Ville de Rivebelle",
)  # fmt: skip
JEAN = ("jdurandmartin-0042", "Jean-Marc", "Durand-Martin", "Jean-Marc Durand-Martin", "jm.durand", "ccas", "CCAS")


@pytest.mark.parametrize(
    ("password", "personal"),
    [
        *[(word, AMELIE) for word in (
            "DAubigné-Lô 2026", "adaubignelo-67482026", "Aubigné 20262026", "amelie daubigne", "Rivebelle2026!",
            "RIVEBELLE-RIVEBELLE", "r i v e b e l l e 2 0 2 6", "D’Aubigné‑Lô 2026", "VilleDeRivebelle1",
            "Am\u00e9lie.Aubign\u00e9!", unicodedata.normalize("NFD", "Amélie.Aubigné!"), "caf-cdap-Rivebelle",
            "67486748 Amélie", "R1v3b3ll3 2026", "mairie rivebelle 92",
        )],
        *[(word, JEAN) for word in (
            "Durand-Martin 2026", "DurandMartin2026", "durand martin 12", "Jean Marc 2026 !", "jeanmarcdurand",
            "jdurandmartin0042", "MartinDurand99", "ccas-durand-2026", "Portail Caf 2026", "allocataire.cdap",
        )],
    ],
)  # fmt: skip
@promise("people:no-context-password")
def test_a_password_of_words_that_everybody_knows_is_refused(password: str, personal: tuple[str, ...]) -> None:
    assert find_problem(password, PasswordRules(), personal) is PasswordProblem.CONTEXT


@pytest.mark.parametrize(
    "password",
    ["brouette lampe nuage", "Rivebelle aime les cactus bleus", "martingale et trombones", "x7!kQ-velours-89zebra"],
)
def test_a_password_that_holds_more_than_such_words_is_taken(password: str) -> None:
    for personal in (AMELIE, JEAN):
        assert find_problem(password, PasswordRules(), personal) is None


@pytest.mark.parametrize(
    "typed",
    [
        "BPN6-HG7Q-AQ8P-CG2Y", "bpn6hg7qaq8pcg2y", "BPN6 HG7Q AQ8P CG2Y", " BPN6-HG7Q-AQ8P-CG2Y\n",
        "BPN6–HG7Q—AQ8P‑CG2Y",
        "BPN6\u00a0HG7Q\u202fAQ8P\u2009CG2Y", "\u200bBPN6\u00ad-HG7Q-AQ8P-CG2Y\ufeff",
        "BPN6.HG7Q_AQ8P/CG2Y", "BPN6-HG7Q-\r\nAQ8P-CG2Y",
        "ＢＰＮ６-HG7Q-AQ8P-CG2Y", "« BPN6-HG7Q-AQ8P-CG2Y »", "BPN6-HG7Q-AQ8P-CG2Y.",
    ],
)  # fmt: skip
@promise("people:provisional-as-pasted")
def test_a_provisional_password_is_taken_as_it_is_pasted(typed: str) -> None:
    assert provisional_form(typed) == "BPN6-HG7Q-AQ8P-CG2Y"


@pytest.mark.parametrize(
    "typed", ["BPN6-HG7Q-AQ8P-CG2", "BPN6-HG7Q-AQ8P-CG2YY", "BPN6-HG7Q-AQ8P-CG20", "", "brouette lampe nuage"]
)
def test_what_is_no_provisional_password_is_not_taken_for_one(typed: str) -> None:
    assert provisional_form(typed) is None


def test_one_password_has_one_form_on_every_keyboard() -> None:
    assert normalise_password("fi\u00e9 12") == normalise_password("\ufb01e\u0301\u00a012")
