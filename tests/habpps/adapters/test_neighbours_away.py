"""Audit is frozen or auth is silent: what closes is done, what opens says so, and nothing that was asked is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from habpps.adapters.background import Wakeup
from habpps.adapters.database.feed import SqlFeedReader, SqlReplicas
from habpps.adapters.database.unit_of_work import sql_repositories
from habpps.domain.account_command import CommandKind
from habpps.domain.people import Person
from habpps.use_cases.ports import Signals
from habpps.use_cases.push_account_commands import PushAccountCommands
from servicekit.background import each_apart
from servicekit.database import open_database
from servicekit.errors import DependencyUnavailableError
from servicekit.outbox import OutboxRelay, OutboxSettings, Receipt, RecordingUnitOfWork
from tests.habpps.adapters.conftest import Habpps, Pages
from tests.habpps.builders import Commune, Register921
from tests.habpps.direct_acts import CreateUser
from tests.habpps.sinks import AcknowledgingSink
from tests.promises import promise
from tests.servicekit.fakes import FixedClock

AWAY = DependencyUnavailableError("away", reason="REMOTE_UNAVAILABLE")


class FreezingSink(AcknowledgingSink):
    """Audit, which answers nothing while it is frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.thawed = threading.Event()
        self.thawed.set()

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        assert self.thawed.wait(30)
        return super().append(events)


@pytest.fixture
def freezing(sqlite_url: str) -> Iterator[tuple[Habpps, FreezingSink]]:
    """A register whose acts wait a short time for audit."""
    database, clock, sink = open_database(sqlite_url, threads=4), FixedClock(), FreezingSink()
    settings = OutboxSettings(acknowledgement_wait=timedelta(milliseconds=300))
    relay = OutboxRelay(database, "habpps", sink, clock, settings)
    relay.start()
    work = RecordingUnitOfWork(database, sql_repositories, relay)
    signals = Signals(Wakeup(), Wakeup(), Wakeup())
    everything = Register921(work, SqlFeedReader(database), SqlReplicas(database), clock, signals)
    try:
        yield Habpps(database, everything, clock, sink, work), sink
    finally:
        sink.thawed.set()
        relay.stop()
        database.close()


@promise("neighbours:audit-frozen")
def test_while_audit_is_frozen_what_closes_is_done_and_what_opens_is_not_said_to_be(
    freezing: tuple[Habpps, FreezingSink], tmp_path: Path
) -> None:
    habpps, sink = freezing
    pages, commune = Pages(habpps, tmp_path), habpps.all.ready()
    pages.author = commune.partner
    sink.thawed.clear()
    place = f"/utilisateurs/{commune.user_id}/habilitations/{commune.habilitation_id}"
    pages.post(f"{place}/suspendre", reason="contrôle")
    assert "Suspendue" in pages.get(f"/utilisateurs/{commune.user_id}")
    refused = pages.client.post(f"{place}/reactiver", data={**pages.version_of(f"{place}/reactiver"), "reason": "fini"})
    assert refused.status_code == 503, refused.text
    assert "journal" in refused.text
    before = set(sink.types())
    sink.thawed.set()
    sink.wait_for("habpps.habilitation.suspended")
    sink.wait_for("habpps.habilitation.reactivated")
    assert "habpps.habilitation.suspended" not in before
    assert "a réactivé" in pages.get("/journal"), "written once, recorded, and in force"


def asked_of(habpps: Habpps, account_id: str) -> list[CommandKind]:
    return [one.kind for one in habpps.all.accounts.pushed if one.account_id == account_id]


def person(pages: Pages, commune: Commune) -> str:
    """The account of somebody who is created now."""
    act = CreateUser(Person("Zoé", "Roy", "zoe.roy@n.example"), "agent", (commune.group_id,))
    user_id = pages.habpps.all.acts.perform(commune.partner, act).value
    user = pages.habpps.all.look(lambda store: store.users.get(user_id))
    account: str = user.account_id
    return account


@promise("neighbours:auth-silent")
def test_while_auth_is_silent_every_page_is_shown_and_what_was_asked_of_it_comes_later_in_order(pages: Pages) -> None:
    habpps, commune = pages.habpps, pages.habpps.all.ready()
    accounts = habpps.all.accounts
    accounts.failure = AWAY
    push = PushAccountCommands(habpps.work, accounts, habpps.clock, each_apart)
    push()
    pages.author = commune.partner
    account_id = person(pages, commune)
    user = habpps.all.look(lambda store: store.everywhere.users(account_id)[0])
    for path in (
        "/",
        "/utilisateurs",
        f"/utilisateurs/{user.id}",
        "/groupes",
        f"/groupes/{commune.group_id}",
        "/journal",
    ):
        pages.get(path)
    assert "Courriels en attente d'envoi" in pages.get(f"/utilisateurs/{user.id}")
    pages.post(f"/utilisateurs/{user.id}/mot-de-passe")
    pages.post(f"/utilisateurs/{user.id}/verrouiller", reason="erreur")
    assert "Verrouillé" in pages.get(f"/utilisateurs/{user.id}"), "in force, whatever auth knows of it"
    assert push() is not None
    assert asked_of(habpps, account_id) == []
    accounts.failure = None
    habpps.clock.advance(timedelta(minutes=2))
    while push() == timedelta(0):
        pass
    asked = asked_of(habpps, account_id)
    assert asked[:1] == [CommandKind.CREATE], "nothing of a person goes before the account"
    assert set(asked) >= {CommandKind.CREATE, CommandKind.RESET_PASSWORD, CommandKind.LOCK}
    assert asked.index(CommandKind.RESET_PASSWORD) < asked.index(CommandKind.LOCK)
