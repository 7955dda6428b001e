"""A cookie by which a browser shows that an identifier has signed in with it before: it has an allowance of its own,
and the person is not told of a new browser. The store keeps the hash of the secret for each account.

Sealed, so that nobody can make one; one entry per identifier, the newest ten, for a desk that several people share. It
opens nothing: whoever steals it may fail as often as its owner, no more.
"""

from __future__ import annotations

import json

from flask import request
from werkzeug.wrappers import Response

from auth.people.domain.accounts import normalise_username
from auth.people.domain.sign_ins import KEEP_DEVICES
from servicekit.identifiers import hash_secret
from servicekit.web import ServiceApp

_MOST = 10
_ABOUT = "known devices"
_MARK_LENGTH = 16


class KnownDevices:
    """Reads and writes the cookie."""

    def __init__(self, app: ServiceApp) -> None:
        """Sealed with a key of its own."""
        self._app = app
        self._sealer = app.web_secrets.sealer("known devices")
        self._cookie = app.cookie_name("appareil")

    def known(self, username: str) -> str:
        """The name of this browser for this identifier; empty when it has not signed in with it."""
        return self._entries().get(_mark(username), "")

    def remember(self, answer: Response, username: str, device: str) -> None:
        """After the right password."""
        entries, mark = self._entries(), _mark(username)
        entries.pop(mark, None)
        kept = {mark: device, **dict(list(entries.items())[: _MOST - 1])}
        answer.set_cookie(
            self._cookie,
            self._sealer.seal(json.dumps(kept), _ABOUT),
            max_age=int(KEEP_DEVICES.total_seconds()),
            httponly=True,
            secure=self._app.secure_cookies,
            samesite="Lax",
            path="/",
        )

    def _entries(self) -> dict[str, str]:
        return self._sealer.read(request.cookies.get(self._cookie, ""), _ABOUT, _read) or {}


def _read(text: str) -> dict[str, str]:
    return dict(json.loads(text).items())


def _mark(username: str) -> str:
    return hash_secret(normalise_username(username))[:_MARK_LENGTH]
