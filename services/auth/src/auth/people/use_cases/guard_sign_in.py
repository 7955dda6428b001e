"""Counts what is tried at the sign-in page, before any password is looked at, so that parallel guesses cannot pass the
limit together. What was never compared, or was right, is given back.

    browser that signed in before      its own allowance; nothing that others do counts
    else  account and network          ten failures in a quarter of an hour, ever later from the third on
          account, from everywhere     fifty failures, so that many networks together do not get ten each for ever
          network                      fifty identifiers that failed, unless the account has signed in from there
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from auth.ground.use_cases.shelves import HasAttempts
from auth.people.domain.throttling import AttemptLimits, network_of, wait_before
from auth.people.use_cases.stores.accounts import ForgivenAttempts, GuardedAttempts, TakenBackAttempts
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret

_EVERYWHERE = AttemptLimits(maximum=50, free=50)


class Store(HasAttempts[GuardedAttempts], Protocol):
    """What `GuardSignIn` sees of a transaction."""


@dataclass(frozen=True)
class Origin:
    """Who is said to sign in, and from where. `device`: of a browser in which this account signed in before."""

    username: str
    address: str
    device: str = ""


@dataclass(frozen=True)
class Counted:
    """An attempt under way: the keys under which it counts as a failure until it is taken back."""

    own_key: str
    shared_keys: tuple[str, ...]
    origin_key: str
    at: datetime


@dataclass(frozen=True)
class GuardSignIn:
    """`limits`: for one account from one network, or one browser; `per_network`: identifiers that may fail there;
    `everywhere`: for one account from all browsers that are not known."""

    work: RecordedWork[Store]
    clock: Clock
    limits: AttemptLimits = field(default_factory=AttemptLimits)
    per_network: int = 50
    everywhere: AttemptLimits = _EVERYWHERE

    def begin(self, origin: Origin) -> Counted | timedelta:
        """The attempt, counted; or how long to wait, and nothing is counted."""
        now = self.clock.now()
        person, network = hash_secret(origin.username), network_of(origin.address)
        origin_key = hash_secret(f"{origin.username}|{network}")
        everywhere, from_network = f"account:{person}", f"network:{network}"
        own_key = f"device:{hash_secret(origin.device)}" if origin.device else f"pair:{origin_key}"

        def count(repos: Store) -> Counted | timedelta:
            attempts = repos.attempts
            own = attempts.of(own_key, now - self.limits.window)
            waits = [wait_before(own, self.limits, now)]
            shared: list[str] = []
            if not origin.device:
                shared.append(everywhere)
                waits.append(wait_before(attempts.of(everywhere, now - self.everywhere.window), self.everywhere, now))
                if not own:  # one machine that repeats one wrong password counts once for its network
                    shared.append(from_network)
                    if not attempts.knows_origin(origin_key):
                        limit = AttemptLimits(maximum=self.per_network, free=self.per_network)
                        waits.append(wait_before(attempts.of(from_network, now - limit.window), limit, now))
            longest = max((wait for wait in waits if wait is not None), default=None)
            if longest is not None:
                return longest
            for key in (own_key, *shared):
                attempts.add(key, now)
            return Counted(own_key, tuple(shared), origin_key, now)

        return self.work.write(count)

    def give_back(self, counted: Counted) -> None:
        """Nothing was compared, or the password was right although the account is closed."""
        self.work.write(lambda repos: take_back(repos, counted))


def take_back(repos: HasAttempts[TakenBackAttempts], counted: Counted) -> None:
    """It was no failure."""
    for key in (counted.own_key, *counted.shared_keys):
        repos.attempts.forget_one(key, counted.at)


def succeed(repos: HasAttempts[ForgivenAttempts], counted: Counted, now: datetime) -> None:
    """It was right: what the same person mistyped here before is forgotten, and the network is known from now on."""
    take_back(repos, counted)
    repos.attempts.forget(counted.own_key)
    repos.attempts.remember_origin(counted.origin_key, now)
