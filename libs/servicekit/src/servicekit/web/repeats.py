"""A form that is sent twice ends where one click ends: its second sending gets the answer of the first.

Every form carries a value of its own (`once_token`, written by the macro `csrf_field`). The first sending claims the
pair of that value and what was typed, bound to the browser's form cookie; a second one, even at the same moment or in
another process, waits for the first and gets its redirection, cookies included. A refused form (400 and more) gives
the claim back: it may be corrected and sent again. What is kept is encrypted and lives for a quarter of an hour.
"""

import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, request, session
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.errors import ConflictError, ServiceError
from servicekit.identifiers import hash_secret, new_secret
from servicekit.logging import get_logger
from servicekit.web.secrets import WebSecrets
from servicekit.web.session_tables import web_form_answer

FIELD = "once_token"
KEPT_FOR = timedelta(minutes=15)
LEASE = timedelta(seconds=60)
"""After this, a claim without an answer is that of a process that died: the next sending takes it over."""
LONGEST_WAIT = timedelta(seconds=10)
_LOOK_EVERY_S = 0.03
_KEPT_HEADERS = ("Content-Type", "Location", "Set-Cookie", "Cache-Control")
_CLAIMED = ""

log = get_logger("servicekit.web")


class StillUnderWayError(ConflictError):
    """The first sending of this form has no answer yet."""

    reason = "FORM_STILL_UNDER_WAY"


def once_token() -> str:
    """A new value for one form on one page."""
    return new_secret(16)


class RepeatedForms:
    """The forms of one application; its table is made by `create_web_session_tables` or `create_form_answer_table`."""

    def __init__(self, database: Database, secrets: WebSecrets, clock: Clock) -> None:
        """`secrets` is `app.web_secrets`."""
        self._database = database
        self._sealer = secrets.sealer("repeated forms")
        self._clock = clock
        self._newest: dict[str, object] = {}

    def begin(self) -> Response | None:
        """Claim the form of this request; the answer of its first sending when it is a repetition.

        Raises:
            StillUnderWayError: the first sending takes longer than ten seconds, or a newer repetition waits for it.
        """
        token = request.form.get(FIELD, "") if request.method == "POST" else ""
        if not token:
            return None
        key = self._name(token)
        ticket = object()
        self._newest[key] = ticket
        try:
            return self._claimed_or_answered(key, ticket)
        finally:
            if self._newest.get(key) is ticket:
                del self._newest[key]

    def end(self, response: Response) -> Response:
        """Keep the answer of a form that did something; give the claim back otherwise."""
        key = g.pop("form_claim", None)
        if key is None:
            return response
        try:
            if 300 <= response.status_code < 400:
                self._keep(key, response)
            else:
                self._database.write(
                    lambda connection: (
                        connection.execute(delete(web_form_answer).where(web_form_answer.c.key == key)).rowcount
                    )
                )
        except ServiceError as error:
            # The act itself is done: its answer goes out; a repetition is told that it is under way.
            log.warning("the answer of a form was not kept", reason=error.reason)
        return response

    def _claimed_or_answered(self, key: str, ticket: object) -> Response | None:
        until = self._clock.now() + LONGEST_WAIT
        pause = threading.Event()
        while True:
            found = self._claim(key)
            if found == _CLAIMED:
                g.form_claim = key
                return None
            if found is not None:
                return self._answer(key, found)
            # A browser forgets the older sending when a newer one leaves: only the newest waits.
            if self._newest.get(key) is not ticket or self._clock.now() >= until:
                raise StillUnderWayError("the first sending of this form is under way")
            pause.wait(_LOOK_EVERY_S)
            self._wait_for_answer(key, ticket, until, pause)

    def _wait_for_answer(self, key: str, ticket: object, until: datetime, pause: threading.Event) -> None:
        """Look, without writing, until something has changed or the wait is over."""
        statement = select(web_form_answer.c.sealed).where(web_form_answer.c.key == key)
        while self._newest.get(key) is ticket and self._clock.now() < until:
            row = self._database.read(lambda connection: connection.execute(statement).first(), snapshot=False)
            if row is None or row.sealed is not None:
                return
            pause.wait(_LOOK_EVERY_S)

    def _claim(self, key: str) -> str | None:
        """`_CLAIMED`, the sealed answer of the first sending, or None while that is under way."""
        now = int(self._clock.now().timestamp())
        row = web_form_answer.c

        def work(connection: Connection) -> str | None:
            connection.execute(delete(web_form_answer).where(row.key == key, row.until <= now))
            found = connection.execute(select(web_form_answer).where(row.key == key)).first()
            lease = now + int(LEASE.total_seconds())
            if found is None:
                until = now + int(KEPT_FOR.total_seconds())
                connection.execute(insert(web_form_answer).values(key=key, lease_until=lease, until=until))
                return _CLAIMED
            if found.sealed is None and found.lease_until <= now:
                connection.execute(update(web_form_answer).where(row.key == key).values(lease_until=lease))
                return _CLAIMED
            return None if found.sealed is None else str(found.sealed)

        try:
            return self._database.write(work)
        except IntegrityError:
            return None  # both at the same moment: the other was first

    def _keep(self, key: str, response: Response) -> None:
        headers = [(name, value) for name, value in response.headers if name in _KEPT_HEADERS]
        answer = {"status": response.status_code, "headers": headers, "body": response.get_data(as_text=True)}
        statement = (
            update(web_form_answer)
            .where(web_form_answer.c.key == key)
            .values(sealed=self._sealer.seal(json.dumps(answer), key))
        )
        self._database.write(lambda connection: connection.execute(statement).rowcount)

    def _answer(self, key: str, sealed: str) -> Response:
        answer = self._sealer.read(sealed, key, _first_answer)
        if answer is None:
            raise StillUnderWayError("the secret of the pages has changed since, or the version of this service")
        log.info("a repeated form gets its first answer", status=answer.status_code)
        return answer

    def _name(self, token: str) -> str:
        """The key of a sending: changed text, another page or another browser is another sending."""
        typed = sorted(request.form.items(multi=True)) + sorted(
            (name, file.filename or "") for name, file in request.files.items(multi=True)
        )
        parts = [token, str(session.get("csrf_token", "")), request.full_path, typed]
        return hash_secret(json.dumps(parts))  # the token is the chance in it


def _first_answer(text: str) -> Response:
    kept: Mapping[str, Any] = json.loads(text)
    answer = Response(kept["body"], kept["status"])
    answer.headers.clear()
    answer.headers.extend([(name, value) for name, value in kept["headers"]])
    return answer
