"""Reads the table of who reaches what, and tries each cell of it.

A row of `web.txt`: the method, the address as the url map writes it, one outcome for each actor in the order of the
heading; or one outcome for all. An outcome is a status, or `in` (sent to sign in). Two methods are ours: SEND is a POST
of a whole form, followed to the page that answers it; ENTER says whether auth opens the service to the actor.

Each cell is tried with the identifiers of things that exist (those of Alphaville, of Caf 921; of Deltaville for its own
administrator), so that 404 is a refusal. Who is refused sends a whole form as well, which would do harm were it taken.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from tests.isolation.cast import ACTORS, CANARIES, DOSSIER
from tests.isolation.stage import PARTIES, World
from tests.isolation.world import MATRICULE, the_world

TABLE = Path(__file__).with_name("web.txt")
SIGN_IN = frozenset({"/connexion", "/login"})
REFUSALS = frozenset({"in", "403", "404"})
READ_ONLY = "suspended"
"""Who may look at what is hers and change nothing: sends whole forms only."""
LEAVING = frozenset({"/ce-n-etait-pas-moi", "/deconnexion", "/logout", "/logout/confirm"})
"""Whoever sends these is signed out: tried after everything else."""
SENT = (("cdap", "/consultation"),)
"""Forms whose answer says more than their redirection."""
PLACEHOLDER = re.compile(r"<(?:[^:<>]+:)?(?P<name>[^<>]+)>")
STEPS = {
    "/contrats/<contract_id>/<step>": "suspendre",
    "/organismes/<organisation_id>/convention/<step>": "denoncer",
    "/utilisateurs/<user_id>/habilitations/<habilitation_id>/<step>": "retirer",
    "/utilisateurs/<user_id>/<step>": "verrouiller",
}
CONSTANTS = {
    "code": "fr",
    "kind": "habpps.invitation.sent",
    "act": "desactiver",
    "revision": "1",
    "identifier": "A" * 22,
    "token": "A" * 43,
}
"""What has no owner, or is known to nobody but its reader: a link of a mail."""
EVERYTHING = {
    "siret": "38105099600001",
    "name": "Mainville",
    "reference": "CONV-9",
    "starts_on": "2026-01-01",
    "departs_on": "2026-02-01",
    "ends_on": "2027-12-31",
    "partner_signatory_name": "Lou Main",
    "partner_signed_on": "2026-01-01",
    "caf_signatory_name": "Lou Caf",
    "caf_signed_on": "2026-01-01",
    "extranet": "omega",
    "profile": "T1",
    "profiles": "T1",
    "purposes": "suivi_partenarial",
    "caf": "631",
    "given_name": "Lou",
    "family_name": "Main",
    "email": "lou.main@partenaire.example",
    "job_title": "agent",
    "reason": "une main étrangère",
    "when": "never",
    "decider": "same_side",
    "confirmed": "y",
    "case_number": "CTRL-1",
    "matricule": MATRICULE,
    "purpose": "calcul_participation_familiale_eaje",
    "person_informed": "y",
}
"""A form that would be taken wherever its sender is let in: what those who are refused send."""


@dataclass(frozen=True)
class Row:
    """What each actor gets at an address."""

    service: str
    method: str
    rule: str
    outcomes: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.service, self.method, self.rule

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.rule}"


def rows(table: Path = TABLE) -> Iterator[Row]:
    """Those of the table; a heading in brackets names the service."""
    service = ""
    for line in table.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if line.startswith("["):
            service = line.strip("[] ")
        elif words and not line.startswith("#"):
            outcomes = words[2:]
            if outcomes[:1] == ["all"]:
                outcomes = outcomes[1:] * len(ACTORS)
            assert len(outcomes) == len(ACTORS), f"{service} {words[0]} {words[1]}: {len(outcomes)} outcomes"
            yield Row(service, words[0], words[1], tuple(outcomes))


def routes(world: World) -> list[tuple[str, str, str]]:
    """Service, method and rule of whatever the four applications answer, but static files."""
    found = []
    for service in world.house:
        app = world.app(service)
        if service == "auth":
            found += [(service, method, rule) for rule, one in app._served.items() for method in one.methods]
            app = app._pages
        for rule in app.url_map.iter_rules():
            if not rule.rule.endswith("static/<path:filename>") and not rule.rule.startswith("/commun/"):
                address = rule.rule.replace(", ", ",")
                found += [(service, method, address) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    found += [(service, "SEND", rule) for service, rule in SENT]
    found += [(service, "ENTER", "/") for service in PARTIES]
    return sorted(set(found))


@dataclass(frozen=True)
class Found:
    """What became of an attempt."""

    outcome: str
    names: frozenset[str] = frozenset()
    """Canaries that the answer shows."""


def attempt(world: World, key: tuple[str, str, str], actor: str) -> Found:
    """Try a cell: with nothing; where that is refused, with everything that a form could want, too."""
    service, method, rule = key
    if method == "ENTER":
        return Found("yes" if world.let_in.get((actor, service)) else "no")
    path = address(service, rule, world.things[actor])
    if method == "SEND":
        return _sent(world, service, path, actor)
    whole = service == "habpps" and method == "POST" and actor == READ_ONLY
    found = _once(world, key, actor, path, EVERYTHING if whole else {})
    if method != "GET" and found.outcome in REFUSALS:
        again = _once(world, key, actor, path, EVERYTHING)
        if again != found:
            return Found(f"{found.outcome}/{again.outcome}", found.names | again.names)
    return found


def _sent(world: World, service: str, path: str, actor: str) -> Found:
    answer = world.ask(service, actor, path, "POST", **{**EVERYTHING, "name": DOSSIER})
    if answer.status_code == 303 and urlsplit(answer.headers["Location"]).path not in SIGN_IN:
        answer = world.ask(service, actor, answer.headers["Location"])
    return _found(answer)


def _once(world: World, key: tuple[str, str, str], actor: str, path: str, form: dict[str, str]) -> Found:
    service, method, _ = key
    return _found(world.ask(service, actor, path, method, **form))


def _found(answer: TestResponse) -> Found:
    shown = unescape(answer.text)
    names = frozenset(name for name in CANARIES if name in shown)
    away = answer.status_code in {302, 303} and urlsplit(answer.headers["Location"]).path in SIGN_IN
    return Found("in" if away or answer.status_code == 401 else str(answer.status_code), names)


def address(service: str, rule: str, things: dict[str, str]) -> str:
    """The rule with the identifiers of what is to be reached."""

    def value(found: re.Match[str]) -> str:
        name = found["name"]
        if name == "step":
            return STEPS[rule]
        known = things.get(f"{service}.{name}") or things.get(name) or CONSTANTS.get(name)
        assert known, f"{service} {rule}: say in CONSTANTS, or find in world.py, what <{name}> is"
        return known

    return PLACEHOLDER.sub(value, rule)


Observed = dict[tuple[str, str, str], tuple[Found, ...]]


def observe(world: World) -> Observed:
    """Every cell, those that sign somebody out last."""
    order = sorted(routes(world), key=lambda key: (key[2] in LEAVING, key))
    return {key: tuple(attempt(world, key, actor) for actor in ACTORS) for key in order}


def main() -> None:
    """Prints what becomes of every cell, to be read and judged: a row that is new is written into the table by hand."""
    with TemporaryDirectory() as folder, the_world(Path(folder)) as world:
        observed = observe(world)
    lines = [f"# {'':4} {'':84} {' '.join(f'{name:>9}' for name in ACTORS)}"]
    for service in dict.fromkeys(key[0] for key in observed):
        lines.append(f"\n[{service}]")
        mine = sorted((key for key in observed if key[0] == service), key=lambda key: (key[2], key[1]))
        lines += [f"{key[1]:6} {key[2]:84} {cells(observed[key])}" for key in mine]
    sys.stdout.write("\n".join(lines) + "\n")


def cells(found: tuple[Found, ...]) -> str:
    """The outcomes of a row as the table writes them."""
    outcomes = [one.outcome for one in found]
    if len(set(outcomes)) == 1:
        return f"{'all ' + outcomes[0]:>9}"
    return " ".join(f"{one:>9}" for one in outcomes)


if __name__ == "__main__":
    main()
