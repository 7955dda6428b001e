"""What a professional may rely on when a dossier is asked for."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PROFESSIONAL

PROFESSIONALS: tuple[Promise, ...] = (
    Promise(
        "professional:recorded-field-by-field",
        "Domain page A.6 (law)",
        "What a professional was shown is recorded field by field before the page is.",
    ),
    Promise(
        "professional:refusals-are-recorded",
        "Domain page A.4 (search)",
        "A refused consultation reads nothing and is recorded with its true reason.",
    ),
    Promise(
        "professional:quotient-familial",
        "Domain page E.1",
        "The quotient familial is computed by the formula of the Caf, rounded half up and never negative.",
    ),
    Promise(
        "professional:number-as-it-is-written",
        "Domain page E.2",
        "A dossier's number is read in every way it is written; what is none is refused with its reason.",
    ),
    Promise(
        "professional:names-as-people-write-them",
        "Domain page A.4 (search)",
        "A name is found without case, accents, hyphens or apostrophes, whoever of the household bears it.",
    ),
    Promise(
        "professional:asked-what-leaves-a-choice",
        "Domain page G (wishes of users)",
        "The form asks for Caf and reason only where there is a choice.",
    ),
    Promise(
        "professional:figures-go-into-other-software",
        "Domain page G (3)",
        "The figures that may be used can be copied at once, as lines of plain text with their period.",
    ),
    Promise(
        "professional:why-is-one-question",
        "Domain rules, profiles and purposes",
        "Why somebody consults is one question that gives the profile; the pairs are those of the registry alone.",
    ),
    Promise(
        "professional:each-result-in-words",
        "Domain page A.4 (search)",
        "Each kind of result says what it means: struck off, suspended, moved, without resources.",
    ),
    Promise(
        "professional:figures-have-their-period",
        "Domain page G (1, 2)",
        "A figure is shown with its month or year, and to the profiles whose figure it is.",
    ),
    Promise(
        "professional:old-figures-say-so",
        "Domain page G (1)",
        "Data of a month long past are said to be old, and nothing is to be computed with them.",
    ),
    Promise(
        "professional:nothing-personal-in-addresses",
        "Domain page B.4 (security)",
        "No name or number of a dossier is in an address, a title or the history of the browser.",
    ),
    Promise(
        "professional:typed-text-stays",
        "Domain page G (wishes of users)",
        "A form that is refused keeps what was typed and says each problem beside its field.",
    ),
    Promise(
        "professional:figures-are-copied",
        "Domain page G (3)",
        "A figure is copied in the form other software takes.",
    ),
    Promise(
        "professional:two-languages",
        "Law 94-665; house rule",
        "Every page speaks French, and English to who asks.",
    ),
)
