"""What an auditor of the Caf may rely on, and what the journal does not tell."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.AUDITOR

AUDITORS: tuple[Promise, ...] = (
    Promise(
        "journal:decisions-decided-again",
        "docs/decisions/0024-rights-that-can-narrow.md",
        "A recorded decision can be decided again from the register's change log and comes out equal; what was "
        "tampered with, or is missing, is a problem.",
    ),
    Promise(
        "auditor:auditors-only",
        "Domain page B.5 (control)",
        "The journal opens to auditors of the Caf alone, page by page.",
    ),
    Promise(
        "auditor:masked-until-opened",
        "Domain page A.2 (A2)",
        "The number of a dossier is masked in lists and shown on the page of its event.",
    ),
    Promise(
        "auditor:readings-are-recorded",
        "Domain page B.4 (security)",
        "What an auditor searches, opens, looks up or exports is in the journal before it is shown.",
    ),
    Promise(
        "auditor:results-are-ones-own",
        "Domain page B.4 (security)",
        "The results of one auditor stay closed to another.",
    ),
    Promise(
        "auditor:entries-name-nobody",
        "Domain page B.4 (security)",
        "The part of the journal that lasts names nobody; the rest is encrypted with the key of its month.",
    ),
    Promise(
        "auditor:each-event-once",
        "Domain page B.4 (security)",
        "An event that is sent twice is written once.",
    ),
    Promise(
        "auditor:missing-events-are-told",
        "Domain page B.4 (security)",
        "A number of a producer that has not come within thirty seconds is an alarm.",
    ),
    Promise(
        "auditor:proof-of-each-event",
        "RFC 6962 §2.1",
        "Each event has a receipt and a proof that anybody can verify against a signed checkpoint.",
    ),
    Promise(
        "auditor:withheld-reads-as-refused",
        "Domain page B.5 (control)",
        "A consultation that was recorded and then not shown reads as refused.",
    ),
    Promise(
        "auditor:consultations-to-examine",
        "Domain page B.5 (control)",
        "Consultations to examine are counted, with a link to them.",
    ),
    Promise(
        "auditor:retention",
        "Domain page B.4 (security)",
        "Consultations are kept 36 months and technical events 12, then erased with proof.",
        "A person destroys the key of a month; nothing does it by its term.",
    ),
    Promise(
        "auditor:who-consulted-me",
        "Domain page A.6 (law)",
        "A person learns who consulted the dossier over 36 months.",
        "No such report is built.",
    ),
)
