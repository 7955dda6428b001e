"""One poisoned row with a good one behind it, for each queue that is a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from servicekit.audit_events import NATIONAL, AuditEvent
from servicekit.clock import SystemClock
from servicekit.database import Database
from servicekit.database.types import to_microseconds
from servicekit.identifiers import new_id
from servicekit.outbox import store
from servicekit.outbox.chain import Chains
from tests.whole.house import Whole

LONG_AGO = timedelta(hours=2)


@dataclass(frozen=True)
class Poisoned:
    """What became of a queue: asked again and again until all hold."""

    went_on: Callable[[], bool]
    """The row behind the poisoned one is done with."""
    shown: Callable[[], bool]
    """Where a person looks for the poisoned one."""
    clean: Callable[[], object]
    """Takes the poisoned one away again."""


def _now() -> int:
    return to_microseconds(SystemClock().now())


def _before(age: timedelta) -> int:
    return to_microseconds(SystemClock().now() - age)


def run(database: Database, statement: str, **values: object) -> None:
    database.write(lambda connection: connection.execute(sa.text(statement), values).rowcount)


def one_value(database: Database, statement: str, **values: object) -> object:
    return database.read(lambda connection: connection.execute(sa.text(statement), values).scalar())


def insert(database: Database, table: str, **values: object) -> None:
    columns = ", ".join(values)
    run(database, f"INSERT INTO {table} ({columns}) VALUES (:{', :'.join(values)})", **values)


def some_events(service: str, count: int) -> list[AuditEvent]:
    """Of an act that nobody waits for."""
    return [
        AuditEvent(
            type=f"{service}.thing.tried",
            decision="done",
            policy="buffered",
            owner=NATIONAL,
            actor_id=None,
            organisation_id=None,
            subject=None,
            occurred_at=SystemClock().now(),
        )
        for _ in range(count)
    ]


def _outbox(whole: Whole, database: Database) -> Poisoned:
    """Three events of one chain, the second of them unreadable."""
    moment = SystemClock().now()
    events = some_events(whole.service, 3)

    def work(connection: sa.Connection) -> None:
        chained = Chains(whole.service).append(connection, events)
        chained[1] = replace(chained[1], event=b"\xff" * 30)
        store.insert(connection, chained, moment)

    database.write(work)
    acknowledged = "SELECT acknowledged_at FROM outbox WHERE event_id = :id"
    return Poisoned(
        went_on=lambda: all(one_value(database, acknowledged, id=one.event_id) for one in (events[0], events[2])),
        shown=lambda: [one.event_id for one in database.read(store.all_set_aside)] == [events[1].event_id],
        clean=lambda: run(database, "DELETE FROM outbox WHERE event_id = :id", id=events[1].event_id),
    )


def _mails(whole: Whole, database: Database) -> Poisoned:
    """One of no known kind; behind it one for an account that is gone, which is done with at once."""
    del whole
    values = {"account_id": new_id(), "requested_by": "", "organisation_name": "", "attempts": 0, "about": ""}
    at = {"queued_at": _before(LONG_AGO), "next_attempt_at": _before(LONG_AGO)}
    poison, good = new_id(), new_id()
    insert(database, "mail", mail_id=poison, kind="?", failure="", **values, **at)
    insert(database, "mail", mail_id=good, kind="locked", failure="", **values, **at)
    return Poisoned(
        went_on=lambda: one_value(database, "SELECT sent_at FROM mail WHERE mail_id = :id", id=good) is not None,
        shown=lambda: one_value(database, "SELECT failure FROM mail WHERE mail_id = :id", id=poison) == "ValueError",
        clean=lambda: run(database, "DELETE FROM mail WHERE mail_id = :id", id=poison),
    )


def _notices(whole: Whole, database: Database) -> Poisoned:
    """One whose number of attempts is none; behind it one for a client that is gone."""
    del whole
    values = {"session_id": new_id(), "account_id": new_id(), "client_id": "gone", "failure": ""}
    at = {"queued_at": _before(LONG_AGO), "next_attempt_at": _before(LONG_AGO)}
    poison, good = new_id(), new_id()
    insert(database, "logout_notice", notice_id=poison, attempts="many", **values, **at)
    insert(database, "logout_notice", notice_id=good, attempts=0, **values, **at)
    failure = "SELECT failure FROM logout_notice WHERE notice_id = :id"
    done = "SELECT delivered_at FROM logout_notice WHERE notice_id = :id"
    return Poisoned(
        went_on=lambda: one_value(database, done, id=good) is not None,
        shown=lambda: bool(one_value(database, failure, id=poison)),
        clean=lambda: run(database, "DELETE FROM logout_notice WHERE notice_id = :id", id=poison),
    )


def _sessions(whole: Whole, database: Database) -> Poisoned:
    """Two whose time is over; one says of its sign-in what no row says. It ends all the same: nothing is shown."""
    long_over = _before(timedelta(days=3))
    poison, good = new_id(), new_id()
    for session, authenticated_at in ((poison, "x"), (good, long_over)):
        insert(
            database,
            "session",
            session_id=session,
            cookie_hash=session,
            account_id=new_id(),
            opened_at=long_over,
            seen_at=long_over,
            authenticated_at=authenticated_at,
            factors="",
            pending="",
        )
    ended = "SELECT ended_at FROM session WHERE session_id = :id"
    run(database, "UPDATE job SET due_at = 0 WHERE name = 'session-sweeper'")
    whole.background("session-sweeper").wake()
    return Poisoned(
        went_on=lambda: one_value(database, ended, id=good) is not None,
        shown=lambda: one_value(database, ended, id=poison) is not None,
        clean=lambda: None,  # counted since the start
    )


def _commands(whole: Whole, database: Database) -> Poisoned:
    """One that is no JSON; behind it the creation of an account, which auth accepts."""
    poison, good = new_id(), new_id()
    values = {
        "caf": "921",
        "organisation_id": new_id(),
        "requested_by": new_id(),
        "attempts": 0,
        "problem": "",
        "username": "",
    }
    at = {"requested_at": _before(LONG_AGO), "next_attempt_at": _before(LONG_AGO)}
    person = {
        "email": "zoe@n.example",
        "family_name": "Durand",
        "given_name": "Zoé",
        "organisation_name": "Commune de Rivebelle",
        "owner": "921",
    }
    for command, content in ((poison, "{not json"), (good, json.dumps(person))):
        insert(
            database,
            "account_command",
            id=command,
            kind="create",
            account_id=new_id(),
            content=content,
            state="pending",
            reference="",
            **values,
            **at,
        )
    state = "SELECT state FROM account_command WHERE id = :id"
    shown = "SELECT reference FROM account_command WHERE id = :id AND state = 'refused'"
    whole.background("account-relay").wake()
    return Poisoned(
        went_on=lambda: one_value(database, state, id=good) in {"sent", "done"},
        shown=lambda: len(str(one_value(database, shown, id=poison) or "")) == len("7K4Q-2M9D"),
        clean=lambda: run(database, "DELETE FROM account_command WHERE id IN (:a, :b)", a=poison, b=good),
    )


POISON: dict[tuple[str, str], Callable[[Whole, Database], Poisoned]] = {
    ("auth", "audit outbox"): _outbox,
    ("habpps", "audit outbox"): _outbox,
    ("cdap", "audit outbox"): _outbox,
    ("auth", "mails"): _mails,
    ("auth", "logout notices"): _notices,
    ("auth", "expired sessions"): _sessions,
    ("habpps", "account commands"): _commands,
}
