"""Links that were sent."""

from __future__ import annotations

from typing import Protocol

from auth.people.domain.links import Link


class SentLinks(Protocol):
    """Links, as mails leave."""

    def add(self, sent: Link) -> None: ...


class FollowedLinks(Protocol):
    """Links, as somebody opens one."""

    def find(self, token_hash: str) -> Link | None: ...
