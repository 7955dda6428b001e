"""Recorded decisions of the real services, decided again: `python -m tests.bench.replay_decisions [--count N]`.

The four services run in this process, joined by gRPC. Professionals consult dossiers while the register narrows and
widens their rights: contracts suspended and reactivated, places taken and given, profiles and territories changed. Then
the commands of the operator: `audit export-decisions`, `habpps replay-decisions`. All must come out as recorded.
`--server`: of PostgreSQL, where each service gets a database of its own; without, SQLite in a temporary folder.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from audit import decisions_command
from cdap.bootstrap import dossier_import
from cdap.use_cases.consult_dossier import ConsultDossier
from cdap.use_cases.consultation import ConsultDossierRequest, Refusal, Requester
from habpps import replay_command
from habpps.domain.people import Person
from habpps.domain.states import ContractEvent, HabilitationEvent
from habpps.use_cases.act_entry import Act
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_terms import ChangeTerms
from habpps.use_cases.extend_territory import EndTerritory, ExtendTerritory
from onebox.dossiers.generator import generate
from partnerkit.days import french_day
from rights.decision import open_extranets
from servicekit.clock import SystemClock
from servicekit.errors import ServiceError
from servicekit.identifiers import new_id
from tests.architecture.tree import ROOT
from tests.cdap.store_fakes import Lines
from tests.habpps.builders import TERMS, Commune, Register921
from tests.habpps.direct_acts import CreateUser
from tests.whole.house import SERVICES, Whole, four_services, wait_until

FAMILIES, PEOPLE = 200, 30
BETWEEN_ACTS, BETWEEN_TOKENS = 25, 40
"""Decisions."""
PATIENT: dict[str, object] = {"audit_wait_ms": 5_000}
"""A busy machine must not turn a slow acknowledgement into a refusal."""
TABLE = ROOT / "services/cdap/src/cdap/data/profile_fields.toml"
WHY = "essai de charge"
PURPOSE = "calcul_participation_familiale_eaje"


@dataclass
class Place:
    """A professional, with the place in the group; none: it was taken."""

    user_id: str
    account_id: str
    place: str | None
    details: Sequence[Any] = ()


class Life:
    """What happens in the register between consultations."""

    def __init__(self, register: Register921, commune: Commune, draw: random.Random) -> None:
        """A commune with `PEOPLE` professionals."""
        self.register, self.commune, self._draw = register, commune, draw
        self._suspended = False
        self._territory: str | None = None
        self._narrow = False
        self.done: Counter[str] = Counter()
        self.people = [self._person(number) for number in range(PEOPLE)]

    def _person(self, number: int) -> Place:
        person = Person("Lou", "Essai", f"lou{number}@essai.example")
        user = self._do(self.commune.partner, CreateUser(person, "agent"))
        account = self._look(lambda store: store.users.get(user)).account_id
        return Place(user, account, self._give(user))

    def _give(self, user_id: str) -> str:
        return str(self._do(self.commune.partner, AssignToGroup(user_id, self.commune.group_id)))

    def act(self) -> None:
        """One act: it narrows or widens what somebody may see."""
        self._draw.choice((self._contract, self._place, self._place, self._terms, self._extension))()

    def _contract(self) -> None:
        event = ContractEvent.REACTIVATE if self._suspended else ContractEvent.SUSPEND
        self._do(self.register.caf, ChangeServiceContract(self.commune.contract_id, event, WHY))
        self._suspended = not self._suspended

    def _place(self) -> None:
        one = self._draw.choice(self.people)
        if one.place is None and not self._suspended:
            one.place = self._give(one.user_id)
        elif one.place is not None:
            act = ChangeHabilitation(one.place, HabilitationEvent.WITHDRAW, WHY)
            self._do(self.commune.partner, act)
            one.place = None

    def _terms(self) -> None:
        if self._suspended:
            return
        most = 200 + self._draw.randrange(1000)
        narrow = replace(TERMS, profiles=("T2",), purposes=(PURPOSE,), maximum_users=most)
        terms = replace(TERMS, maximum_users=most) if self._narrow else narrow
        self._do(self.register.caf, ChangeTerms(self.commune.contract_id, terms, WHY))
        self._narrow = not self._narrow

    def _extension(self) -> None:
        if self._territory is None:
            day = french_day(datetime.now(UTC))
            act = ExtendTerritory(self.commune.contract_id, "751", day, None, WHY)
            self._do(self.register.caf, act)
            self._territory = self._look(lambda store: store.territories.of(self.commune.id))[-1].id
        else:
            self._do(self.register.caf, EndTerritory(self._territory, WHY))
            self._territory = None

    def _do(self, author: Any, act: Act[Any]) -> Any:
        self.done[type(act).__name__] += 1
        return self.register.acts.perform(author, act).value

    def _look(self, work: Any) -> Any:
        return self.register.look(work)


def main(argv: Sequence[str] | None = None) -> int:
    """Prints what was decided and what came out otherwise; ends with 1 when something did."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.replay_decisions")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--server", default="", help="postgresql://… of a server where databases may be made")
    asked = parser.parse_args(argv)
    with TemporaryDirectory() as name, ExitStack() as stack:
        more = {service: PATIENT | _database(asked.server, stack) for service in SERVICES}
        return replayed(Path(name), asked.count, more)


def replayed(folder: Path, count: int, more: dict[str, dict[str, object]]) -> int:
    """Have `count` decisions made by the services, exported and decided again; 0 when all are equal."""
    draw = random.Random(4)
    families = list(islice(generate(1, FAMILIES, date(2026, 10, 1)), FAMILIES))
    known = [_family(one) for one in families]

    def prepare(service: str, settings: Any) -> None:
        if service == "cdap":
            with dossier_import(settings) as import_dossiers:
                import_dossiers(Lines(*map(orjson.dumps, families)))

    with four_services(folder, prepare, **more) as house:
        life = _life(house["habpps"], draw)
        answers = _consult(house["cdap"], life, known, count, draw)
        _delivered(house)
        settings = {name: whole.settings for name, whole in house.items()}
        outcome = _decided_again(settings, folder)
    print(f"acts in between: {dict(life.done)}")
    print(f"answers: {dict(answers)}")
    return outcome


def _decided_again(settings: dict[str, Any], folder: Path) -> int:
    export = folder / "decisions.jsonl"
    began = time.process_time()
    decisions_command.run(settings["audit"], argparse.Namespace(file=export))
    exported = time.process_time()
    table = argparse.Namespace(export=export, table=[TABLE], sample=0)
    outcome = replay_command.run(settings["habpps"], table)
    ended = time.process_time()
    print(f"export {exported - began:.1f} s, decided again {ended - exported:.1f} s of processor")
    return outcome


def _database(server: str, stack: ExitStack) -> dict[str, object]:
    from tests.databases import new_postgresql

    return {"database_url": stack.enter_context(new_postgresql(server, None))} if server else {}


def _family(document: dict[str, Any]) -> tuple[str, str, str]:
    """Caf, matricule and name of who receives."""
    reference, person = document["reference"], document["persons"][0]
    return reference["caf"], reference["matricule"], person.get("birth_name") or person["name"]


def _life(habpps: Whole, draw: random.Random) -> Life:
    from habpps.adapters.web.pages import EXTENSION

    acts = habpps.process.web.extensions[EXTENSION].acts  # type: ignore[union-attr]
    register = acts.register
    work, signals = register._work, register._signals
    made = Register921(work, acts.propagation._feed, clock=SystemClock(), signals=signals)  # type: ignore[arg-type]
    return Life(made, made.ready(), draw)


def _consult(
    cdap: Whole, life: Life, known: list[tuple[str, str, str]], count: int, draw: random.Random
) -> Counter[str]:
    from cdap.adapters.web.consultations import EXTENSION

    consult: ConsultDossier = cdap.process.web.extensions[EXTENSION]  # type: ignore[union-attr]
    rights = cdap.background("rights-replica")
    answers: Counter[str] = Counter()
    while answers.total() < count:
        if answers.total() % BETWEEN_ACTS == 0:
            life.act()
        if answers.total() % BETWEEN_TOKENS == 0:
            _new_tokens(life, rights)
        asked, person = _question(known, draw), draw.choice(life.people)
        try:
            answer = consult(asked, _requester(life, person))
        except ServiceError as error:
            print(f"not recorded in time: {error.reason}", file=sys.stderr)
            continue
        answers[answer.reason if isinstance(answer, Refusal) else type(answer).__name__] += 1
    return answers


def _new_tokens(life: Life, rights: Any) -> None:
    """What auth would write into tokens now; those of before stay in use meanwhile, as tokens do."""
    snapshot, _age = rights.current()
    today = french_day(datetime.now(UTC))
    for one in life.people:
        opened = open_extranets(snapshot, one.account_id, life.commune.id, today)
        details = next((extranet.authorization_details for extranet in opened if extranet.code == "cdap"), ())
        one.details = details or one.details


def _question(known: list[tuple[str, str, str]], draw: random.Random) -> ConsultDossierRequest:
    caf, matricule, name = draw.choice(known)
    return ConsultDossierRequest(
        caf=draw.choice((caf, caf, caf, "751")),
        matricule=draw.choice((matricule, matricule, matricule, "0000001")),
        name=draw.choice((name, name, name, "Autre")),
        profile=draw.choice((*["T2"] * 9, "T1")),
        purpose=draw.choice((*[PURPOSE] * 9, "instruction_rsa")),
        person_informed=True,
    )


def _requester(life: Life, person: Place) -> Requester:
    return Requester(
        account_id=person.account_id,
        organisation_id=life.commune.id,
        session_id=new_id(),
        token_id=new_id(),
        client_id="cdap-web",
        token_issued_at=datetime.now(UTC),
        token_details=person.details,
    )


def _delivered(house: dict[str, Whole]) -> None:
    for service in ("habpps", "cdap"):
        relay = house[service].background("outbox-relay")
        wait_until(partial(_is_empty, relay), f"{service} has told audit everything")


def _is_empty(relay: Any) -> bool:
    return not relay._limits.waiting().waiting


if __name__ == "__main__":
    sys.exit(main())
