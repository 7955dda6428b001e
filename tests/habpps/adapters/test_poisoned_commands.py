"""One account command that cannot be carried out stops no other: set aside, recorded, shown, tried again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from habpps.domain.account_command import MOST_INCIDENTS, AccountCommand, CommandKind
from habpps.domain.people import person_typed
from habpps.domain.states import UserEvent
from habpps.use_cases.change_user import LockUser
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.ports import AccountStatus
from habpps.use_cases.push_account_commands import PushAccountCommands
from habpps.use_cases.retry_account_command import RetryAccountCommand
from servicekit.background import each_apart
from servicekit.errors import (
    AccessDeniedError,
    ConflictError,
    DependencyUnavailableError,
    InvalidInputError,
    NotFoundError,
)
from tests.habpps.account_fakes import FakeAccounts
from tests.habpps.adapters.conftest import Habpps, Pages
from tests.habpps.builders import Commune
from tests.habpps.direct_acts import CreateUser
from tests.promises import promise

POISON: list[Exception] = [
    ValueError("mail.:jean@mairie.fr"),
    AttributeError("no attribute"),
    KeyError("email"),
    TypeError("bytes"),
    InvalidInputError("not described", reason="PERSON_INVALID"),
    ConflictError("taken", reason="ACCOUNT_ID_TAKEN"),
    NotFoundError("no such account", reason="ACCOUNT_UNKNOWN"),
    AccessDeniedError("not for you", reason="CALLER_NOT_ALLOWED"),
]
ROWS = ["kind = 'dance'", "state = 'pending', content = '{not json'", "content = '7'", "content = '{}'"]


class PickyAccounts(FakeAccounts):
    """An account service that fails for one address, and otherwise needs what it needs."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.poison = failure

    def push(self, command: AccountCommand) -> AccountStatus:
        if command.kind is CommandKind.CREATE and command.content["email"].startswith("jean") and self.poison:
            raise self.poison
        return super().push(command)


def user(habpps: Habpps, commune: Commune, email: str) -> Any:
    made = habpps.all.acts.perform(commune.partner, CreateUser(person_typed("Jean", "Durand", email), "agent"))
    return habpps.all.look(lambda store: store.users.get(made.value))


def commands_of(habpps: Habpps, account_id: str) -> list[tuple[str, str]]:
    statement = text("SELECT kind, state FROM account_command WHERE account_id = :account ORDER BY id")
    rows = habpps.database.read(lambda connection: connection.execute(statement, {"account": account_id}).all())
    return [(row.kind, row.state) for row in rows]


@promise("accounts:poisoned-command-set-aside")
@pytest.mark.parametrize("poison", POISON, ids=lambda error: type(error).__name__)
def test_a_command_that_cannot_be_carried_out_stops_no_other(habpps: Habpps, poison: Exception) -> None:
    commune = habpps.all.ready()
    jean, zoe = user(habpps, commune, "jean@n.example"), user(habpps, commune, "zoe@n.example")
    accounts = PickyAccounts(poison)
    push = PushAccountCommands(habpps.work, accounts, habpps.clock, each_apart)
    push()
    assert commands_of(habpps, jean.account_id) == [("create", "refused")]
    assert commands_of(habpps, zoe.account_id) == [("create", "done")]
    (refused,) = habpps.all.look(lambda store: store.commands.refused_of(commune.id))
    assert refused.account_id == jean.account_id
    assert len(refused.reference) == 9
    records, _total = habpps.all.look(lambda store: store.journal.of(commune.id, Listing()))
    assert (records[0].act, records[0].label) == ("habpps.account_command.refused", "Jean Durand")
    assert "jean@" not in str(records[0].details)
    assert push() is None


@pytest.mark.parametrize("damage", ROWS)
def test_a_row_that_cannot_be_read_stops_no_other(habpps: Habpps, damage: str) -> None:
    commune = habpps.all.ready()
    jean, zoe = user(habpps, commune, "jean@n.example"), user(habpps, commune, "zoe@n.example")
    statement = text(f"UPDATE account_command SET {damage} WHERE account_id = '{jean.account_id}'")
    habpps.database.write(lambda connection: connection.execute(statement).rowcount)
    PushAccountCommands(habpps.work, PickyAccounts(), habpps.clock, each_apart)()
    assert commands_of(habpps, zoe.account_id) == [("create", "done")]
    assert [state for _kind, state in commands_of(habpps, jean.account_id)] == ["refused"]


@promise("accounts:order-per-person")
def test_the_order_of_a_person_is_kept_when_the_creation_is_tried_again(habpps: Habpps) -> None:
    commune = habpps.all.ready()
    jean = user(habpps, commune, "jean@n.example")
    accounts = PickyAccounts(ValueError("poison"))
    push = PushAccountCommands(habpps.work, accounts, habpps.clock, each_apart)
    push()
    acts = habpps.all.acts
    acts.perform(commune.partner, LockUser(jean.id, UserEvent.LOCK, "essai"))
    push()
    assert commands_of(habpps, jean.account_id) == [("create", "refused"), ("lock", "pending")]
    accounts.poison = None
    done = acts.perform(commune.partner, RetryAccountCommand(commune.id, jean.account_id))
    assert done.value == 1
    push()
    push()
    assert [one.kind.value for one in accounts.pushed if one.account_id == jean.account_id] == ["create", "lock"]
    assert accounts.pushed[-2].content["email"] == "jean@n.example"
    with pytest.raises(ConflictError):
        acts.perform(commune.partner, RetryAccountCommand(commune.id, jean.account_id))


def test_an_account_service_that_breaks_on_one_command_again_and_again_loses_only_that_one(on_sqlite: Habpps) -> None:
    commune = on_sqlite.all.ready()
    jean = user(on_sqlite, commune, "jean@n.example")
    accounts = PickyAccounts(DependencyUnavailableError("internal error", reason="INTERNAL"))
    push = PushAccountCommands(on_sqlite.work, accounts, on_sqlite.clock, each_apart)
    for _ in range(MOST_INCIDENTS):
        assert commands_of(on_sqlite, jean.account_id) == [("create", "pending")]
        push()
        on_sqlite.clock.advance(timedelta(minutes=1))
    assert commands_of(on_sqlite, jean.account_id) == [("create", "refused")]


@pytest.mark.parametrize("who", ["partner", "caf"])
def test_the_person_s_page_says_what_was_not_done_and_tries_again(pages: Pages, who: str) -> None:
    habpps = pages.habpps
    commune = habpps.all.ready()
    jean = user(habpps, commune, "jean@n.example")
    refuse(habpps, InvalidInputError("wrong", reason="PERSON_INVALID"))
    pages.author = commune.partner
    assert "Un compte est à reprendre" in pages.get("/")
    assert "(référence " in pages.get("/journal")
    if who == "caf":
        pages.author = habpps.all.caf
        assert "Un compte est à reprendre" in pages.get(f"/organismes/{commune.id}")
    shown = pages.get(f"/utilisateurs/{jean.id}")
    assert "Le compte n'a pas pu être créé : le service des comptes n'accepte pas le nom ou l'adresse." in shown
    assert "Référence : " in shown
    pages.post(f"/utilisateurs/{jean.id}/compte/reessayer")
    assert "La demande est renvoyée" in pages.get(f"/utilisateurs/{jean.id}")
    pages.post(f"/utilisateurs/{jean.id}/compte/reessayer")
    assert "Rien n'est à reprendre" in pages.get(f"/utilisateurs/{jean.id}")
    assert commands_of(habpps, jean.account_id) == [("create", "pending")]


def test_an_administrator_without_an_account_is_shown_to_the_caf(pages: Pages) -> None:
    habpps = pages.habpps
    organisation_id = habpps.all.organisation()
    partner = habpps.all.partner(organisation_id, person_typed("Jean", "Durand", "jean@n.example"))
    refuse(habpps, ValueError("poison"))
    page = f"/organismes/{organisation_id}"
    assert "une erreur est survenue de notre côté" in pages.get(page)
    pages.post(f"{page}/administrateurs/{partner.administrator_id}/compte/reessayer")
    assert commands_of(habpps, partner.account_id) == [("create", "pending")]


def test_nobody_tries_again_for_another_organisation(pages: Pages) -> None:
    habpps = pages.habpps
    commune = habpps.all.ready()
    jean = user(habpps, commune, "jean@n.example")
    refuse(habpps, ValueError("poison"))
    pages.author = habpps.all.agent("751")
    pages.post(f"/utilisateurs/{jean.id}/compte/reessayer", 404)
    with pytest.raises(NotFoundError):
        habpps.all.acts.perform(pages.author, RetryAccountCommand(commune.id, jean.account_id))
    assert commands_of(habpps, jean.account_id) == [("create", "refused")]


def refuse(habpps: Habpps, failure: Exception) -> None:
    PushAccountCommands(habpps.work, PickyAccounts(failure), habpps.clock, each_apart)()
