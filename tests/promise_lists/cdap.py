"""What a professional may rely on when a dossier is consulted, and an operator when dossiers are imported."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PROFESSIONAL

_PAGE = "Domain page A (CDAP), participation familiale and quotient familial"

CDAP = (
    Promise(
        "cdap:no-instruction-beside-a-figure-not-to-be-used",
        _PAGE,
        "A page or an answer tells people to compute with a figure only when that figure is known, of the period in "
        "force, and not contradicted by the state of the dossier; any other figure carries its warning.",
    ),
    Promise(
        "cdap:partial-dates",
        "INSEE, état civil: day or month of birth unknown",
        "A date known in part is kept, shown for what is known, and ages are decided on the safe side.",
    ),
    Promise(
        "cdap:names-as-the-record-cuts-them",
        "CNAF record, NOM and NOMNAI of 28 characters",
        "A name that the record cuts is found by whoever types it in full; the beginning of a name finds nothing.",
    ),
    Promise(
        "cdap:odd-records-set-aside",
        "Issue of the whole chain, monthly import",
        "An odd record never refuses a file: it is set aside with its reasons, the others are imported while the odd "
        "ones are under the stated share, and nothing is imported above it.",
    ),
    Promise(
        "cdap:accepted-is-shown",
        "Issue of the whole chain, consultation",
        "Any record that an import accepts is shown to every profile, as a page and over gRPC.",
    ),
    Promise(
        "cdap:one-look-one-event",
        "RFC 9110 §15.4.4 (See Other)",
        "A consultation leads to a page of its own; Back, reload and a second click are no second consultation.",
    ),
    Promise(
        "cdap:kept-for-its-session-only",
        "OWASP ASVS 5.0 §14.2 (data in caches and temporary copies)",
        "A result is kept encrypted for a few minutes of the session that asked, and goes with it.",
    ),
    Promise(
        "cdap:paper-is-complete",
        "CSS Paged Media 3; RGAA 4",
        "A printed dossier has every month; each sheet names the dossier, who consulted it, why, when, and its page.",
    ),
    Promise(
        "cdap:kept-results-are-decided-again",
        "Issue of the whole chain, immediate suspension",
        "A result that is loaded again is decided anew: withdrawn rights and ended sessions refuse it.",
    ),
    Promise(
        "cdap:a-caf-touches-itself-only",
        "Issue of the house, stores that last: one file per Caf",
        "Importing a month of one Caf leaves the dossiers of every other Caf as they are.",
    ),
    Promise(
        "cdap:absent-is-gone",
        "Issue of the house, stores that last: monthly update",
        "A dossier that is not in the file of the month is no longer found once that month is in force.",
    ),
    Promise(
        "cdap:old-month-until-the-swap",
        "Issue of the house, stores that last: monthly update",
        "While a month is imported everybody reads the one before, whole; then everybody reads the new one, whole.",
    ),
    Promise(
        "cdap:unchanged-is-not-written",
        "Issue of the house, stores that last: monthly update",
        "A family for which nothing changed since the month before is not written again, and its history goes on.",
    ),
    Promise(
        "cdap:interrupted-import-goes-on",
        "Issue of the house, stores that last: resumable import",
        "An import that was killed goes on where it stopped when the same file is given again, and ends as if it had "
        "never been interrupted.",
    ),
    Promise(
        "cdap:one-file-per-caf-at-a-time",
        "Issue of the house, stores that last: locks in the database",
        "While a file of a Caf is imported, or half imported, another one of that Caf is refused with what to do; "
        "files of different Cafs are imported side by side.",
    ),
    Promise(
        "cdap:no-month-before-by-mistake",
        "Issue of the house, stores that last: monthly update",
        "A file of a month before the one in force changes nothing unless its month is said by a person.",
    ),
    Promise(
        "cdap:old-documents-stay-readable",
        "RFC 8878 §6 (use of dictionaries)",
        "A stored document names the dictionary that compressed it, and the database keeps every one it was given.",
    ),
    Promise(
        "cdap:old-month-is-said",
        "Issue of the house, stores that last: operation",
        "Health and metrics say when the month that a Caf has in force is old.",
    ),
)
