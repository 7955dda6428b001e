"""What the rooms are built on; tests put fakes here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from auth.bootstrap.repositories import AuthWork
from auth.clients.domain.subjects import Subjects
from auth.clients.use_cases.ports import SectorIdentifiers
from auth.keys.adapters.crypto.keys import SigningKeys
from auth.people.use_cases.answers import Answers
from auth.people.use_cases.ports import Passwords, RightsReplica
from auth.people.use_cases.tell_clients import LogoutReport
from servicekit.clock import Clock
from servicekit.web.secrets import WebSecrets


@dataclass(frozen=True, kw_only=True)
class World:
    """`fetch` reads the keys of clients, `status_of` asks one of their addresses, `sectors` reads their lists of
    addresses; `wait_for_logout`: see `LogoutWorker`; `answers` goes to habpps."""

    work: AuthWork
    passwords: Passwords
    replica: RightsReplica
    keys: SigningKeys
    clock: Clock
    wait_for_logout: Callable[[str], LogoutReport]
    fetch: Callable[[str], Mapping[str, Any]]
    status_of: Callable[[str], int]
    secret: WebSecrets
    factors_secret: WebSecrets
    subjects: Subjects
    sectors: SectorIdentifiers
    answers: Answers
