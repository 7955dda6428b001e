"""No page answers a form: the browser is sent to it, so that Back and reload show it again and send nothing.

Whatever a view answers to a POST with a page of its own is kept here for a quarter of an hour and shown at
`/reponse/<identifier>`; a view cannot go round it. Refused forms (400 and more) stay where they are, to be corrected,
and so do the few answers of a protocol (`answers_directly`).

A page is encrypted with a secret that only a cookie of this browser holds, and it goes with the sign-in: after
DÉCONNEXION nobody sees it. It keeps its own headers and its reference.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, Response, g, redirect, request
from sqlalchemy import Connection, delete, insert, select

from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.errors import NotFoundError
from servicekit.identifiers import hash_secret, new_secret
from servicekit.web.kept import go_on_as
from servicekit.web.public_pages import public
from servicekit.web.secrets import Sealer, WebSecrets
from servicekit.web.session_tables import web_form_answer

KEPT_FOR = timedelta(minutes=15)
_PATH = "/reponse"
_KEPT_HEADERS = ("Content-Type", "Content-Security-Policy")

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


class PageGoneError(NotFoundError):
    """The page is no longer kept, or not for this browser and this person."""

    reason = "PAGE_GONE"


def answers_directly(view: ViewT) -> ViewT:
    """Marks a view whose answers to a POST are those of a protocol and must come as they are."""
    view.answers_directly = True  # type: ignore[attr-defined]
    return view


class ShownPages:
    """Those of one application; its table is that of `servicekit.web.repeats`."""

    def __init__(self, app: Flask, database: Database, secrets: WebSecrets, clock: Clock, *, secure: bool) -> None:
        """`secure`: the cookie travels over https only."""
        self._app = app
        self._database = database
        self._secrets = secrets
        self.clock = clock
        self._secure = secure
        self.owner: Callable[[], str] = lambda: str(g.get("web_session_secret") or "")
        """Whose page it is: a secret or an identifier of the living session of this request, empty for nobody."""
        app.add_url_rule(f"{_PATH}/<identifier>", "shown_page", self._show)

    def moved(self, response: Response) -> Response:
        """The answer to a form: a page is kept, and the browser sent to it."""
        if not self._is_page(response):
            return response
        identifier, secret = new_secret(16), new_secret(32)
        key = hash_secret(identifier)
        kept = {
            "status": response.status_code,
            "headers": [(name, value) for name, value in response.headers if name in _KEPT_HEADERS],
            "body": response.get_data(as_text=True),
            "reference": g.get("request_id", ""),
        }
        sealed = self._sealer(secret, self.owner()).seal(json.dumps(kept), key)
        now = int(self.clock.now().timestamp())
        until = now + int(KEPT_FOR.total_seconds())

        def work(connection: Connection) -> None:
            connection.execute(delete(web_form_answer).where(web_form_answer.c.until <= now))
            connection.execute(insert(web_form_answer).values(key=key, lease_until=until, until=until, sealed=sealed))

        self._database.write(work)
        answer: Response = redirect(f"{_PATH}/{identifier}", 303)  # type: ignore[assignment]
        # What came with the page (cookies, security headers, the reference) goes with the redirection.
        for name, value in response.headers:
            if name not in {"Content-Type", "Content-Length", "Location"}:
                answer.headers.add(name, value)
        answer.set_cookie(
            self._cookie(identifier),
            secret,
            max_age=int(KEPT_FOR.total_seconds()),
            path=f"{_PATH}/{identifier}",
            httponly=True,
            secure=self._secure,
            samesite="Lax",
        )
        return answer

    def _is_page(self, response: Response) -> bool:
        view: Any = self._app.view_functions.get(request.endpoint or "")
        return (
            request.method == "POST"
            and response.status_code < 300
            and response.mimetype == "text/html"
            and not getattr(getattr(view, "__func__", view), "answers_directly", False)
        )

    @public
    def _show(self, identifier: str) -> Response:
        key, secret = hash_secret(identifier), request.cookies.get(self._cookie(identifier), "")
        row = web_form_answer.c
        now = int(self.clock.now().timestamp())
        statement = select(row.sealed).where(row.key == key, row.until > now)
        sealed = self._database.read(lambda connection: connection.execute(statement).scalar(), snapshot=False)
        answer = self._sealer(secret, self.owner()).read(str(sealed or ""), key, _page) if sealed and secret else None
        if answer is None:
            raise PageGoneError("the page is no longer kept, or for somebody else")
        page, reference = answer
        go_on_as(reference)
        return page

    def _sealer(self, secret: str, owner: str) -> Sealer:
        return self._secrets.sealer(f"page shown after a form, {secret}, {owner}")

    @staticmethod
    def _cookie(identifier: str) -> str:
        return f"reponse-{identifier[:8]}"


def _page(text: str) -> tuple[Response, str]:
    kept: Mapping[str, Any] = json.loads(text)
    page = Response(kept["body"], kept["status"])
    for name, value in kept["headers"]:
        page.headers[name] = value
    return page, str(kept["reference"])
