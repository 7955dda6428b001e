"""What the journal promises to those who rely on it."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.AUDITOR

JOURNAL: tuple[Promise, ...] = (
    Promise(
        "audit:an-auditor-reads-words",
        "docs/glossary.md",
        "Keys, codes, days and months of every event are words on the page; none is shown as a program writes it.",
    ),
    Promise(
        "journal:producers-name-their-events",
        "docs/decisions/0021-producers-name-their-events.md",
        "What an event, its fields and its reason are called is said by the service that sends it: a type that the "
        "journal has never heard of is shown, and offered by the search, in the words of its producer.",
    ),
    Promise(
        "audit:a-restore-loses-nothing-that-is-kept",
        "docs/operate.md, Backup and restore",
        "After a restore of the journal every event that a producer still holds comes back once; what nobody holds any "
        "more is named.",
    ),
    Promise(
        "audit:set-aside-is-said",
        "docs/operate.md, Health",
        "Events that are set aside are told by the health page of their service until an operator has dealt with them.",
    ),
    Promise(
        "audit:every-event-has-an-owner",
        "docs/architecture.md",
        "Every event belongs to a Caf or to the national auditor; one of nobody can be neither built nor received.",
    ),
    Promise(
        "audit:auditor-reads-one-owner",
        "Seed document, audit",
        "An auditor sees the events of one owner only: no page, count, name or proof shows those of another Caf.",
    ),
    Promise(
        "audit:one-form-on-both-sides",
        "docs/architecture.md",
        "What a producer can build the journal accepts, and what the journal accepts a producer could have built.",
    ),
    Promise(
        "audit:missing-evidence-is-a-problem",
        "docs/operate.md, Verifying the journal",
        "A missing or foreign guard, checkpoint, row or key is a problem for verify and stops the start.",
    ),
    Promise(
        "audit:going-on-is-a-recorded-decision",
        "docs/operate.md, Backup and restore",
        "Going on with a journal that lost evidence is a command of a person, written into the journal first.",
    ),
    Promise(
        "audit:one-event-stops-no-other",
        "docs/operate.md",
        "An event that cannot be read or that audit refuses is set aside with an alarm; all others are delivered.",
    ),
    Promise(
        "audit:one-reference",
        "docs/error-handling.md",
        "Every refusal and error shows one short reference, which the journal can be searched by.",
    ),
    Promise(
        "audit:one-box-search",
        "Seed document, audit",
        "An auditor finds events by identifier, name, organisation, SIRET, beneficiary number or reference.",
    ),
    Promise(
        "audit:no-criterion-is-dropped",
        "Seed document, audit",
        "A search uses every criterion that was typed, says so above the results, and refuses a day that is none.",
    ),
    Promise(
        "audit:clock-is-not-believed-blindly",
        "docs/operate.md",
        "An entry is never stamped by a clock that the newest entry, the machine's ticks or the events contradict.",
    ),
    Promise(
        "journal:tiles-are-those-of-c2sp",
        "docs/protocols.md, The audit log",
        "The tree is kept, and given to outsiders, as the tiles of C2SP tlog-tiles; proofs are made from them.",
    ),
    Promise(
        "journal:an-export-names-nobody",
        "docs/protocols.md, The audit log",
        "What an outsider is given of the journal holds no identifier, name, dossier or value: only what is signed.",
    ),
    Promise(
        "journal:an-export-is-checked-with-the-public-key-alone",
        "docs/operate.md, Verifying the journal",
        "Whoever has an export and the public key sees any tile, bundle or checkpoint that is not what was signed.",
    ),
    Promise(
        "journal:one-payload-can-be-redacted",
        "docs/operate.md, Retention",
        "Two persons can have the content of one event erased, with a recorded reason: it is not read or found by "
        "persons any more, while the entry and every proof stay.",
    ),
    Promise(
        "journal:what-is-said-of-people-has-a-term",
        "docs/operate.md, Retention",
        "What an event says of people can be read for 12 months (signing in) or 36 (consultations and rights); then "
        "its key is destroyed, which the journal records.",
    ),
    Promise(
        "journal:a-clock-that-jumped-destroys-nothing",
        "docs/operate.md, Retention",
        "After a jump of the clock no key is destroyed until a person has confirmed the time.",
    ),
    Promise(
        "journal:nothing-erased-comes-back",
        "docs/operate.md, Verifying the journal",
        "A key, payload or tile that was erased, swapped, cut or put back from a copy is a problem for verify.",
    ),
    Promise(
        "journal:another-process-takes-over",
        "docs/operate.md, Several processes",
        "Of several processes of the journal one writes; when it is killed another takes over, and no event that was "
        "acknowledged is lost, doubled or out of its order.",
    ),
    Promise(
        "journal:several-machines-share-the-guard",
        "docs/operate.md, Several processes",
        "With the guard in a second database a journal that was put back on one machine is noticed on every other.",
    ),
)
