"""Results that a form redirects to, kept for a few minutes of one session, so that Back and reload show them again.

A result is encrypted with a key made of the secret of the pages and of the session's cookie: neither the database nor
another session can read it. It goes with its session (DÉCONNEXION, expiry, the issuer's word) and after `life`; what
was typed stays as long as the session, so that a page can offer to ask again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

import structlog
from flask import g
from sqlalchemy import insert, select

from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.errors import NotAuthenticatedError
from servicekit.identifiers import hash_secret, new_secret
from servicekit.references import bind_reference
from servicekit.web.secrets import Sealer, WebSecrets
from servicekit.web.session_tables import web_kept_result

LIFE = timedelta(minutes=5)


R = TypeVar("R")
Q = TypeVar("Q")


@dataclass(frozen=True)
class Kept(Generic[R, Q]):
    """What was kept: `result` until its time is over, then None; `question`, what was typed, until the session ends."""

    result: R | None
    question: Q


@dataclass(frozen=True)
class SessionKey:
    """The session of this request: what the table knows it by, and the secret that only its browser holds."""

    id_hash: str
    secret: str


def current_session_key() -> SessionKey:
    """That of the session that `OidcLogin` found.

    Raises:
        NotAuthenticatedError: nobody is signed in.
    """
    secret = g.get("web_session_secret")
    if not secret:
        raise NotAuthenticatedError("nobody is signed in", reason="SIGN_IN_REQUIRED")
    return SessionKey(hash_secret(secret), secret)


def go_on_as(reference: str) -> None:
    """This request shows the result of an earlier one: page, header, log and events carry the reference of that one."""
    g.request_id = reference
    bind_reference(reference)
    structlog.contextvars.bind_contextvars(request_id=reference)


class KeptResults:
    """The results of one service."""

    def __init__(self, database: Database, secrets: WebSecrets, clock: Clock, life: timedelta = LIFE) -> None:
        """`secrets` is `app.web_secrets`; the table is made by `create_web_session_tables`."""
        self._database = database
        self._secrets = secrets
        self._clock = clock
        self._life = life

    def keep(self, session: SessionKey, result: str, question: str) -> str:
        """Keep both for the session; the opaque identifier for the address."""
        identifier = new_secret(16)
        key, sealer = hash_secret(identifier), self._sealer(session)
        now = self._now()
        row = {
            "key": key,
            "session": session.id_hash,
            "sealed": sealer.seal(result, f"result {key}"),
            "sealed_question": sealer.seal(question, f"question {key}"),
            "until": now + int(self._life.total_seconds()),
        }

        self._database.write(lambda connection: connection.execute(insert(web_kept_result).values(row)).rowcount)
        return identifier

    def find(
        self, session: SessionKey, identifier: str, read_result: Callable[[str], R], read_question: Callable[[str], Q]
    ) -> Kept[R, Q] | None:
        """What this session keeps under the identifier; None when it keeps nothing there, whoever else does.

        What another version of this service wrote, so that it cannot be read any more, counts as not kept.
        """
        key, sealer = hash_secret(identifier), self._sealer(session)
        statement = select(web_kept_result).where(
            web_kept_result.c.key == key, web_kept_result.c.session == session.id_hash
        )
        row = self._database.read(lambda connection: connection.execute(statement).first(), snapshot=False)
        question = sealer.read(row.sealed_question, f"question {key}", read_question) if row is not None else None
        if row is None or question is None:
            return None
        lives = row.sealed is not None and row.until > self._now()
        return Kept(sealer.read(row.sealed, f"result {key}", read_result) if lives else None, question)

    def _sealer(self, session: SessionKey) -> Sealer:
        return self._secrets.sealer(f"kept results of the session {session.secret}")

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
