"""JournalNames for the identifiers in events: what the journal itself was told of an account or an organisation.

Only the newest events about each are looked at, and only those whose owner is the auditor's; a name that is not found
there is simply not shown.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from audit.domain.search import SearchQuestion, criteria_for
from audit.use_cases.opened_payloads import keys_at_hand, open_payload
from audit.use_cases.ports import JournalStore, PayloadCipher, Repositories, ShardKeys

_EVENTS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """What a person is called, and what they type to sign in; either may be empty."""

    name: str
    username: str


@dataclass(frozen=True, slots=True)
class JournalNames:
    """JournalNames by account id and by organisation id."""

    people: Mapping[str, NamedPerson] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FindNames:
    """Looks names up in the journal."""

    store: JournalStore
    keys: ShardKeys
    cipher: PayloadCipher
    steps: tuple[str, ...]
    """Types that tell no name, and come too often to be looked through."""

    def __call__(self, owner: str, accounts: Collection[str], organisations: Collection[str]) -> JournalNames:
        """The names known of these accounts and organisations to the auditors of an owner.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """

        def work(repositories: Repositories) -> JournalNames:
            people, named = {}, {}
            for account in accounts:
                told = self._newest(repositories, owner, f"account:{account}", "username")
                if told:
                    people[account] = NamedPerson(_text(told, "name"), _text(told, "username"))
            for organisation in organisations:
                told = self._newest(repositories, owner, f"organisation:{organisation}", "label")
                if told:
                    named[organisation] = _text(told, "label")
            return JournalNames(people, named)

        return self.store.read(work)

    def _newest(self, repositories: Repositories, owner: str, subject: str, told: str) -> Mapping[str, Any]:
        keys = keys_at_hand(repositories, self.keys)
        criteria = criteria_for(SearchQuestion(case_number="", subject=subject), owner, keys, self.steps)
        for row in repositories.entries.search(criteria, None, _EVENTS_LOOKED_AT):
            opened = open_payload(row, self.keys, self.cipher)
            if opened is not None and opened.payload.get(told):
                return opened.payload
        return {}


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
