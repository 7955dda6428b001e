"""For an auditor: what the journal takes from the services that send it events."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.AUDITOR

PRODUCERS: tuple[Promise, ...] = (
    Promise(
        "journal:a-producer-speaks-for-itself",
        "Domain page B.4 (segregated write-only store)",
        "A service adds events in its own name only.",
    ),
    Promise(
        "journal:no-second-content",
        "Domain page B.4 (log protection)",
        "The number of an event never comes to mean something else: a second content is refused, with an alarm.",
    ),
    Promise(
        "journal:an-unknown-type-is-kept",
        "Domain page B.4 (log protection)",
        "An event of a kind that the journal does not know is kept like the others.",
    ),
)
