"""What people type and paste by mistake, into every field of every form: a sentence, and nothing half written."""

from __future__ import annotations

import inspect
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from habpps.adapters.web import forms
from partnerkit.web import DayField
from servicekit.web import ServiceApp
from tests.habpps.adapters.conftest import Habpps, Pages
from tests.habpps.adapters.test_pages import CONTRACT, CONVENTION
from tests.habpps.builders import OTHER_SIRET, Commune
from tests.promises import promise

ODD_DAYS = (
    "0026-01-01",
    "9999-12-31",
    "1899-12-31",
    "2101-01-01",
    "0001-01-01",
    "2020-00-00",
    "2026-02-30",
    "29/02/2025",
    "31/04/2026",
    "2026-13-01",
    "32/01/2026",
    "01/11/26",
    "20261101",
    "2026-11",
    "2026",
    "1e3",
    "-2026-11-01",
    "2026-11-01T09:00",
    "aujourd'hui",
    "\uff12\uff10\uff12\uff16-11-01",
)
Where = tuple[str, str, dict[str, Any]]
REASON = {"reason": "contrôle"}
EXTENSION = {**REASON, "caf": "631", "starts_on": "2026-12-01"}
DAYS: dict[tuple[str, str], Where] = {
    ("OrganisationForm", "starts_on"): ("caf", "/organismes/nouveau", {**CONVENTION, "siret": OTHER_SIRET}),
    ("OrganisationForm", "ends_on"): ("caf", "/organismes/nouveau", {**CONVENTION, "siret": OTHER_SIRET}),
    ("OrganisationForm", "partner_signed_on"): ("caf", "/organismes/nouveau", {**CONVENTION, "siret": OTHER_SIRET}),
    ("OrganisationForm", "caf_signed_on"): ("caf", "/organismes/nouveau", {**CONVENTION, "siret": OTHER_SIRET}),
    ("SignaturesForm", "partner_signed_on"): (
        "caf",
        "/organismes/{id}/convention/signatures",
        {"partner_signed_on": "2026-11-02", "caf_signed_on": "2026-11-02"},
    ),
    ("SignaturesForm", "caf_signed_on"): (
        "caf",
        "/organismes/{id}/convention/signatures",
        {"partner_signed_on": "2026-11-02", "caf_signed_on": "2026-11-02"},
    ),
    ("ContractForm", "starts_on"): ("caf", "/organismes/{id}/contrats/nouveau", {**CONTRACT, "extranet": "omega"}),
    ("ContractForm", "ends_on"): ("caf", "/organismes/{id}/contrats/nouveau", {**CONTRACT, "extranet": "omega"}),
    ("TermsForm", "starts_on"): ("caf", "/contrats/{contract_id}/modifier", {**CONTRACT, **REASON}),
    ("TermsForm", "ends_on"): ("caf", "/contrats/{contract_id}/modifier", {**CONTRACT, **REASON}),
    ("TerritoryForm", "starts_on"): ("caf", "/contrats/{contract_id}/territoires/nouveau", EXTENSION),
    ("TerritoryForm", "ends_on"): ("caf", "/contrats/{contract_id}/territoires/nouveau", EXTENSION),
    ("ReasonForm", "ends_on"): ("caf", "/organismes/{id}/convention/denoncer", REASON),
    ("DepartureForm", "departs_on"): ("partner", "/utilisateurs/{user_id}/depart", {"confirmed": "y"}),
}
"""Where each field of a day is, with what makes the rest of the form right."""
PASTED = (
    "\x00",
    "a\x00b",
    "\u202egro\u202c",
    "\u200b\u200b",
    "Zoe\u0301\u0301\u0301",
    "<script>alert(1)</script>",
    "'; DROP TABLE act; --",
    "{{ 7 * 7 }} %s %(name)s {0}",
    "Durand\r\nBcc: x@y.example",
    "x" * 20_000,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 40,
)
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def classes() -> Iterator[type[Any]]:
    """The forms."""
    for _, found in inspect.getmembers(forms, inspect.isclass):
        if issubclass(found, forms.Form):
            yield found


def own_fields(form: type[Any]) -> dict[str, Any]:
    """Of this class itself: name -> class of the field."""
    return {
        name: value.field_class for name, value in vars(form).items() if getattr(value, "field_class", None) is not None
    }


def contents(habpps: Habpps) -> Mapping[str, list[str]]:
    """The register in its tables, but for the outbox and what pages keep."""

    def read(connection: sa.Connection) -> Mapping[str, list[str]]:
        tables = set(sa.inspect(connection).get_table_names()) - {"outbox", "web_session", "web_form_answer"}
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(sa.text(f"SELECT * FROM {name}")))
            for name in sorted(tables)
        }

    return habpps.database.read(read)


def address(pages: Pages, commune: Commune, where: Where) -> str:
    """Opens the page as its author, and says where it is."""
    who, path, _ = where
    pages.author = pages.habpps.all.caf if who == "caf" else commune.partner
    return path.format(id=commune.id, user_id=commune.user_id, contract_id=commune.contract_id)


def test_every_field_of_a_day_is_tried_here() -> None:
    found = {
        (form.__name__, name)
        for form in classes()
        for name, field in own_fields(form).items()
        if isinstance(field, type) and issubclass(field, DayField)
    }
    assert found == DAYS.keys()


@promise("odd:days")
@pytest.mark.parametrize("field", DAYS, ids=" ".join)
def test_a_day_that_is_none_is_refused_by_its_field_and_nothing_is_written(
    pages: Pages, field: tuple[str, str]
) -> None:
    commune = pages.habpps.all.ready()
    where = DAYS[field]
    path = address(pages, commune, where)
    before, version = contents(pages.habpps), pages.version_of(path)
    wrong = []
    for odd in ODD_DAYS:
        answer = pages.client.post(path, data={**version, **where[2], field[1]: odd})
        said = f'id="{field[1]}-error"' in answer.text
        if answer.status_code != 400 or not said:
            wrong.append((odd, answer.status_code))
    assert wrong == []
    assert contents(pages.habpps) == before


def routes(app: ServiceApp) -> list[str]:
    """The addresses that take a form."""
    ours = {"caf", "contracts", "habilitations", "openings", "organisations", "partner", "users"}
    rules = [one for one in app.url_map.iter_rules() if "POST" in (one.methods or ())]
    return sorted(one.rule for one in rules if one.endpoint.split(".")[0] in ours)


def filled(rule: str, commune: Commune) -> str:
    """With things that exist."""
    known = {
        "organisation_id": commune.id,
        "contract_id": commune.contract_id,
        "group_id": commune.group_id,
        "user_id": commune.user_id,
        "habilitation_id": commune.habilitation_id,
        "administrator_id": commune.partner.administrator_id,
        "replaces": commune.partner.administrator_id,
        "territory_id": "none",
    }
    of_a_user = rule == "/utilisateurs/<user_id>/<step>"
    path = rule.replace("<step>", "verrouiller" if of_a_user else "suspendre")
    for name, value in known.items():
        path = path.replace(f"<{name}>", value)
    assert "<" not in path, f"say here what {path} is of the commune"
    return path


@promise("odd:pasted-text")
@pytest.mark.parametrize("pasted", PASTED, ids=[f"pasted {number}" for number in range(len(PASTED))])
def test_whatever_is_pasted_into_every_field_gets_an_answer_and_leaves_no_invisible_character(
    pages: Pages, pasted: str
) -> None:
    commune = pages.habpps.all.ready()
    names = {name for form in classes() for name in own_fields(form)} - {"version"}
    for rule in routes(pages.app):
        path = filled(rule, commune)
        for author in (commune.partner, pages.habpps.all.caf):
            pages.author = author
            answer = pages.client.post(path, data={**pages.version_of(path), **dict.fromkeys(names, pasted)})
            assert answer.status_code in {303, 400, 403, 404, 409}, (rule, answer.status_code)
            assert "<script>alert" not in answer.text, rule
    unclean = [
        (table, row)
        for table, rows in contents(pages.habpps).items()
        for row in rows
        for character in row
        if unicodedata.category(character) in INVISIBLE
    ]
    assert unclean == []
