"""Who or what an auditor means by an identifier, a name or a SIRET: what the journal was told, newest first.

Only events of the auditor's owner are read, and at most the newest of each kind: `is_complete` says whether all were.
The lookup is itself an event, written before anything is given back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from audit.domain.asked import AskedKind, Understood
from audit.domain.search import SearchQuestion, criteria_for
from audit.use_cases.opened_payloads import keys_at_hand, open_payload
from audit.use_cases.ports import JournalStore, PayloadCipher, Repositories, ShardKeys
from audit.use_cases.record_reading import Auditor, RecordReading
from partnerkit.text import letters_of

LOOKUP_TYPE = "audit.name.searched"
PEOPLE_IN = ("auth.account.created", "auth.session.opened", "habpps.user.created", "habpps.administrator.appointed")
ORGANISATIONS_IN = ("habpps.organisation.created",)
MOST_READ = 5000
MOST_MEANT = 20


@dataclass(frozen=True, slots=True)
class Meaning:
    """One person ("account:…") or organisation ("organisation:…") that is meant, and what it is called."""

    subject: str
    label: str


@dataclass
class Meanings:
    """All that can be meant, newest first; not complete when more events exist than were read."""

    found: dict[str, Meaning] = field(default_factory=dict)
    is_complete: bool = True


@dataclass(frozen=True)
class Understand:
    """Looks a name up in the journal."""

    store: JournalStore
    keys: ShardKeys
    cipher: PayloadCipher
    record: RecordReading

    def __call__(self, auditor: Auditor, case_number: str, asked: Understood) -> Meanings:
        """Who or what is meant.

        Raises:
            JournalUnavailableError: the lookup could not be recorded, so nothing is said.
            DependencyUnavailableError: the database does not answer.
        """
        told = {"case_number": case_number, "searched": asked.value}
        self.record(auditor, LOOKUP_TYPE, told)
        return self.store.read(lambda repositories: self._find(repositories, auditor.owner, asked))

    def _find(self, repositories: Repositories, owner: str, asked: Understood) -> Meanings:
        meanings = Meanings()
        kinds = ORGANISATIONS_IN if asked.kind is AskedKind.SIRET else (*PEOPLE_IN, *ORGANISATIONS_IN)
        for event_type in kinds:
            for subject, payload in self._told(repositories, owner, event_type, meanings):
                if subject not in meanings.found and _means(asked, subject, payload):
                    meanings.found[subject] = Meaning(subject, _label(payload))
                if len(meanings.found) >= MOST_MEANT:
                    meanings.is_complete = False
                    return meanings
        return meanings

    def _told(
        self, repositories: Repositories, owner: str, event_type: str, meanings: Meanings
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        keys = keys_at_hand(repositories, self.keys)
        criteria = criteria_for(SearchQuestion(case_number="", type=event_type), owner, keys)
        rows = repositories.entries.search(criteria, None, MOST_READ)
        meanings.is_complete = meanings.is_complete and len(rows) < MOST_READ
        for row in rows:
            opened = open_payload(row, self.keys, self.cipher)
            subject = None if opened is None else opened.event["subject"]
            if opened is not None and subject and subject.partition(":")[0] in ("account", "organisation"):
                yield subject, opened.payload


def _means(asked: Understood, subject: str, payload: dict[str, Any]) -> bool:
    if asked.kind is AskedKind.SIRET:
        return bool(payload.get("siret") == asked.value)
    if asked.kind is AskedKind.IDENTIFIER:
        return subject.partition(":")[2] == asked.value
    typed = letters_of(asked.value)
    names = [payload.get(name) for name in ("username", "name", "label")]
    texts = [text for text in names if isinstance(text, str)]
    if any(text.casefold() == asked.value.casefold() for text in texts):
        return True
    if any(character.isdigit() for character in asked.value):
        return False
    return any(typed in (letters_of(text), _turned(text)) or typed in _words(text) for text in texts)


def _words(text: str) -> list[str]:
    return [letters_of(word) for word in text.split() if len(word) > 2]


def _turned(text: str) -> str:
    """The family name first, as on letters."""
    first, _, rest = text.partition(" ")
    return letters_of(rest + first)


def _label(payload: dict[str, Any]) -> str:
    name = payload.get("name") or payload.get("label") or ""
    username = payload.get("username")
    return f"{name} ({username})" if name and username else str(username or name)
