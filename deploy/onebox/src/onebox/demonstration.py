"""Writes the files that the services import at the first start: clients, accounts, extranets, organisations."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from onebox.cast import CAF, CAF_AGENTS, PARTNERS, CastMember, Contract, Partner, everybody
from onebox.layout import DEMO_EXTRANETS, Layout
from servicekit.identifiers import new_secret

CONVENTION_STARTS_ON = date(2026, 1, 1)
SIGNED_ON = date(2025, 12, 15)

_CLIENT_NAMES = {
    "habpps": "Habpps",
    "cdap": "CDAP",
    "audit": "Journal d'audit",
    "mon-enfant": "Mon-enfant.fr",
    "omega": "Omega",
    "ql-web": "QL web",
}


def write_seeds(layout: Layout) -> None:
    """Writes every seed file, readable by its owner only: some hold secrets."""
    layout.seeds.mkdir(parents=True, exist_ok=True, mode=0o700)
    secrets = {name: new_secret() for name in _CLIENT_NAMES}
    _write(layout.seeds / "secrets.json", secrets)
    (layout.seeds / "extranets.toml").write_text(EXTRANETS_OF_THE_CAF, encoding="utf-8")
    _write(layout.seeds / "clients.json", [_client(layout, name, secrets[name]) for name in _CLIENT_NAMES])
    _write(layout.seeds / "accounts.json", [_account(person) for person in everybody()])
    cafs = [
        {"code": code, "agents": [{**_person(person), "role": person.role} for person in agents]}
        for code, agents in CAF_AGENTS.items()
    ]
    _write(
        layout.seeds / "organisations.json",
        {"cafs": cafs, "organisations": [_organisation(partner) for partner in PARTNERS]},
    )


EXTRANETS_OF_THE_CAF = f"""\
[agenda]
owner = "{CAF}"
label = "Agenda des crèches"
url = "https://agenda.partenaires.example"
kind = "professional"
enabled = false
profiles = ["T2"]
purposes = ["information_modes_accueil"]
"""
"""The Caf's own extranet, as other Cafs have theirs: only this Caf can declare an application for it."""


def client_secrets(layout: Layout) -> dict[str, str]:
    """The secret of each client, as written by `write_seeds`."""
    secrets: dict[str, str] = json.loads((layout.seeds / "secrets.json").read_text())
    return secrets


def extranet_addresses(layout: Layout) -> list[str]:
    """CODE=ADDRESS for each extranet that runs in the demo."""
    return [f"{name}={layout.url(name)}" for name in ("habpps", "cdap", "audit", *DEMO_EXTRANETS)]


def _client(layout: Layout, name: str, secret: str) -> dict[str, Any]:
    url = layout.url(name)
    return {
        "client_id": name,
        "owner": "national",
        "code": name,
        "name": _CLIENT_NAMES[name],
        "secret": secret,
        "resource": url,
        "scope": f"openid profile email {name}",
        "redirect_uris": [f"{url}/retour"],
        "post_logout_redirect_uris": [f"{url}/deconnecte"],
        "backchannel_logout_uri": f"{url}/backchannel-logout",
        "first_party": True,
        "requires_service_contract": True,
    }


def _account(person: CastMember) -> dict[str, str]:
    return {
        "account_id": person.account_id,
        "username": person.username,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "password": person.password,
    }


def _person(person: CastMember) -> dict[str, Any]:
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "account_id": person.account_id,
        "username": person.username,
    }


def _organisation(partner: Partner) -> dict[str, Any]:
    signed_on = SIGNED_ON.isoformat()
    return {
        "caf": partner.caf,
        "siret": partner.siret,
        "name": partner.name,
        "convention": {
            "reference": partner.convention,
            "starts_on": CONVENTION_STARTS_ON.isoformat(),
            "partner_signatory": {
                "name": "Dominique Lambert",
                "capacity": "représentant légal",
                "signed_on": signed_on,
            },
            "caf_signatory": {"name": "Camille Aubry", "capacity": "direction de la Caf", "signed_on": signed_on},
        },
        "contracts": [_contract(contract) for contract in partner.contracts],
        "administrators": [_person(person) for person in partner.administrators],
        "groups": [{"name": name, "profile": profile} for name, profile in partner.groups.items()],
        "users": [{**_person(person), "job_title": person.role, "groups": [person.group]} for person in partner.users],
    }


def _contract(contract: Contract) -> dict[str, Any]:
    return {
        "extranet": contract.extranet,
        "profiles": list(contract.profiles),
        "purposes": list(contract.purposes),
        "starts_on": CONVENTION_STARTS_ON.isoformat(),
    }


def _write(path: Path, content: Any) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
