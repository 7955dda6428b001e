"""The four real services in this process, with the people of `cast` signed in and the identifiers of their things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from auth.bootstrap.operator import operator_commands as auth_commands
from cdap.bootstrap import dossier_import
from habpps.adapters.files.imports import read_extranets
from habpps.bootstrap import operator_commands as habpps_commands
from habpps.domain.service_contract import Extranet
from habpps.use_cases.import_document import read_document
from habpps.use_cases.import_extranets import ImportExtranets
from habpps.use_cases.import_organisations import ImportOrganisations
from tests.cdap.builders import the_document, the_identity
from tests.cdap.store_fakes import Lines
from tests.isolation.cast import (
    ACTORS,
    CANARY,
    DOSSIER,
    SECRET,
    clients_file,
    everybody,
    organisations_file,
)
from tests.isolation.entering import enter, session_of
from tests.isolation.stage import PARTIES, World
from tests.whole.house import four_services, free_ports, wait_until

MATRICULE = "0346145"
EXTRANET_OF_921 = Extranet(
    code="local-921",
    owner="921",
    label="Local, extranet de la Caf 921",
    url="https://local.example/",
    profiles=("T2",),
    purposes=("calcul_participation_familiale_eaje",),
    enabled=True,
)


@contextmanager
def the_world(folder: Path) -> Iterator[World]:
    """Ready: everybody signed in, then one locked and one suspended."""
    names = ("auth", *PARTIES)
    addresses = {name: f"http://localhost:{port}" for name, port in zip(names, free_ports(len(names)), strict=True)}
    web = {name: {"web_port": urlsplit(url).port, "public_url": url} for name, url in addresses.items()}
    more: dict[str, dict[str, object]] = {
        name: {**web[name], "issuer": addresses["auth"], "client_secret": SECRET, "propagation_wait_ms": 0}
        for name in names
    }

    def prepare(service: str, settings: Any) -> None:
        if service in _PREPARE:
            _PREPARE[service](settings, addresses)

    with four_services(folder, prepare, **more) as house:
        world = World(house, addresses)
        for name in PARTIES:
            world.app(name).config["WTF_CSRF_ENABLED"] = False
        world.app("auth")._pages.config["WTF_CSRF_ENABLED"] = False
        for actor, somebody in ACTORS.items():
            enter(world, actor, somebody)
        world.professional_token = session_of(world, "cdap", "pro").access_token
        _find_things(world)
        _close(world)
        yield world


def _prepare_auth(settings: Any, addresses: dict[str, str]) -> None:
    with auth_commands(settings) as commands:
        commands.import_clients(clients_file({name: addresses[name] for name in PARTIES}))
        commands.import_accounts([one.account() for one in everybody()])


def _prepare_habpps(settings: Any, addresses: dict[str, str]) -> None:
    import habpps

    assert habpps.__file__ is not None
    extranets = Path(habpps.__file__).parent / "data" / "extranets.toml"
    with habpps_commands(settings) as commands:
        commands.perform(ImportExtranets(read_extranets(extranets), {name: addresses[name] for name in PARTIES}))
        commands.perform(ImportExtranets((EXTRANET_OF_921,)))
        commands.perform(ImportOrganisations(read_document(organisations_file())))


def _prepare_cdap(settings: Any, _addresses: dict[str, str]) -> None:
    person = {"role": "allocataire", **the_identity(DOSSIER, CANARY, "1990-04-12")}
    document = the_document(persons=[person])
    with dossier_import(settings) as import_dossiers:
        import_dossiers(Lines(json.dumps(document).encode()))


_PREPARE = {"auth": _prepare_auth, "habpps": _prepare_habpps, "cdap": _prepare_cdap}


def _find_things(world: World) -> None:
    """The identifiers of Alphaville and Deltaville, as those who may see them find them on their pages."""
    administrators = {"Alphaville": "partner", "Deltaville": "suspended"}
    of_caf = {name: _things_of(world, name, administrator) for name, administrator in administrators.items()}
    search = world.ask("audit", "auditor", "/recherche", "POST", case_number="CTRL-1")
    results = world.page("audit", "auditor", search.headers["Location"])
    event = re.search(r"/recherches/([0-9a-f-]{36})/evenements/([0-9a-f-]{36})", results)
    assert event is not None
    form = {"matricule": MATRICULE, "name": DOSSIER, "purpose": "calcul_participation_familiale_eaje"}
    consulted = world.ask("cdap", "pro", "/consultation", "POST", person_informed="y", **form)
    assert consulted.status_code == 303, consulted.text
    shared = {
        "search_id": event[1],
        "event_id": event[2],
        "cdap.identifier": consulted.headers["Location"].rpartition("/")[2],
        "client_id": "logiciel-921",
        "code": EXTRANET_OF_921.code,
        "request_id": "no-act-waits",  # tests/habpps/use_cases/test_requests.py tries those that wait
    }
    assert CANARY in world.page("cdap", "pro", consulted.headers["Location"])
    user = of_caf["Alphaville"]["user_id"]
    asked = _send(world, "partner", f"/utilisateurs/{user}/depart", departs_on="2026-02-01")
    assert "/reponse/" in asked.headers["Location"], "the page that asks whether a day that is past is meant"
    shared["habpps.identifier"] = asked.headers["Location"].rpartition("/")[2]
    for actor in ACTORS:
        world.things[actor] = {**shared, **of_caf["Deltaville" if actor == "suspended" else "Alphaville"]}


def _things_of(world: World, name: str, administrator: str) -> dict[str, str]:
    organisation = _link(world.page("habpps", "caf", "/organismes"), r"/organismes/([^/\"?]+)", name)
    shown = world.page("habpps", "caf", f"/organismes/{organisation}")
    users = world.page("habpps", administrator, "/utilisateurs")
    user = _link(users, r"/utilisateurs/([^/\"?]+)", f"{name[:-5]}pro")
    of_user = world.page("habpps", administrator, f"/utilisateurs/{user}")
    asked = {"given_name": "Inès", "family_name": f"{name[:-5]}pro", "email": f"ines@{name.lower()}.example"}
    invited = world.ask("habpps", administrator, "/utilisateurs/nouveau", "POST", **asked, job_title="agent")
    assert invited.status_code == 303, invited.text
    users = world.page("habpps", administrator, "/utilisateurs")
    groups = world.page("habpps", administrator, "/groupes")
    contract = _first(r"/contrats/([^/\"]+)/suspendre", shown)
    extension = {"caf": "751", "starts_on": "2026-01-01", "reason": "mission"}
    world.ask("habpps", "caf", f"/contrats/{contract}/territoires/nouveau", "POST", **extension)
    shown = world.page("habpps", "caf", f"/organismes/{organisation}")
    admin = _first(rf"/administrateurs/(?:{organisation}/)?([^/\"]+)/(?:remplacer|retirer)", shown)
    account = _first(rf"/organismes/{organisation}/personnes/([^/\"]+)", of_user)
    _send(world, administrator, f"/organismes/{organisation}/personnes/{account}", email=f"new@{name.lower()}.example")
    return {
        "organisation_id": organisation,
        "user_id": user,
        "group_id": _link(groups, r"/groupes/([^/\"?]+)", f"Groupe-{name}"),
        "administrator_id": admin,
        "replaces": admin,
        "contract_id": contract,
        "territory_id": _first(r"/territoires/([^/\"]+)/terminer", shown),
        "habilitation_id": _first(rf"/utilisateurs/{user}/habilitations/([^/\"]+)/", of_user),
        "invitation_id": _first(r"/invitations/([^/\"]+)", users),
        "account_id": account,
        "revision": "1",
    }


def _first(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, f"{pattern} is nowhere on the page"
    return found[1]


def _link(page: str, href: str, text: str) -> str:
    """The identifier in the address of the link that says `text`."""
    links = re.findall(rf'<a\b[^>]*href="{href}"[^>]*>(.*?)</a>', page, re.DOTALL)
    found = [key for key, said in links if text in said]
    assert found, f"no link to {text}"
    return str(found[0])


def _close(world: World) -> None:
    """One person is locked, one convention suspended; both had signed in before."""
    users = world.page("habpps", "partner", "/utilisateurs")
    locked = _link(users, r"/utilisateurs/([^/\"?]+)", "Alphaverrou")
    _do(world, "partner", f"/utilisateurs/{locked}/verrouiller")
    _do(world, "caf", f"/organismes/{world.things['suspended']['organisation_id']}/convention/suspendre")
    wait_until(lambda: world.ask("auth", "locked", "/").status_code == 303, "the lock at auth")


def _do(world: World, actor: str, path: str) -> None:
    """Carry out an act that closes something, and wait until it is in force everywhere."""
    answer = _send(world, actor, path, reason="contrôle")
    if "/diffusion/" in answer.headers["Location"]:
        where = answer.headers["Location"]
        wait_until(lambda: "Appliqué partout" in world.page("habpps", actor, where), where)


def _send(world: World, actor: str, path: str, **form: str) -> TestResponse:
    """Send the form of a page, with the version that it shows."""
    version = _first(r'name="version"[^>]* value="([^"]*)"', world.page("habpps", actor, path))
    answer = world.ask("habpps", actor, path, "POST", version=version, **form)
    assert answer.status_code == 303, answer.text
    return answer
