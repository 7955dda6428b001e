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
)
