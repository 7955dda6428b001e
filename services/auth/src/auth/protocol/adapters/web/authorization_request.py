"""The authorization request that is being answered: as it came, or as it waited while pages of ours were shown."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from auth.people.adapters.web.visitor import Visitor, Waiting
from auth.protocol.adapters.web.checks.asked import Asked, Questions
from auth.protocol.adapters.web.request_sources import RequestSources
from servicekit.clock import Clock
from servicekit.web import prefer_languages


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequests:
    """Reads them. `questions`: see `Asked`."""

    visitor: Visitor
    sources: RequestSources
    questions: Questions
    clock: Clock
    issuer: str

    def sent(self) -> Waiting | None:
        """What this address was called with; None: it waited, sealed with another secret or cut.

        Raises:
            BadSourceError: see `RequestSources`.
        """
        if "suite" in request.values:
            return self.visitor.waiting()
        source = request.form if request.method == "POST" else request.args
        return self.sources(dict(source.lists()), self.clock.now())

    def asked(self, waiting: Waiting) -> Asked:
        """What the checks look at."""
        prefer_languages(waiting.one("ui_locales"))
        return Asked(
            parameters=waiting.parameters,
            client=self.sources.client(waiting.one("client_id")),
            issuer=self.issuer,
            own=self.questions,
            present=self.visitor.present(),
            began_at=waiting.began_at,
            now=self.clock.now(),
            is_pushed=bool(waiting.pushed_hash),
            is_signed=waiting.is_signed,
            pushed_hash=waiting.pushed_hash,
            pushed_dpop_key=waiting.dpop_key,
        )
