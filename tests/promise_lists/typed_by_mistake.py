"""For the administrator of a partner: what is typed or pasted by mistake."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PARTNER_ADMINISTRATOR

MISTAKES: tuple[Promise, ...] = (
    Promise(
        "odd:days",
        "Domain page G, complaint 14 (forms confuse)",
        "A day that is none, in any field of any form of Habpps, gets a sentence at its field and writes nothing.",
    ),
    Promise(
        "odd:pasted-text",
        "Domain page G, complaint 14 (forms confuse)",
        "Whatever is pasted into the fields of any form of Habpps gets a page in words, and leaves no invisible "
        "character.",
    ),
    Promise(
        "accounts:a-silent-auth-loses-nothing",
        "Domain page G, complaint 15 (told when blocked)",
        "While the service of accounts is silent what was asked of it waits, in order, and is tried again.",
    ),
    Promise(
        "accounts:forget-when-done",
        "Domain page B.4 (minimal personal data)",
        "What was asked of the service of accounts forgets names and address once it is done or refused.",
    ),
    Promise(
        "partner:a-suspension-says-since-when-and-why",
        "Domain page B.3 (suspendue: reason)",
        "While a convention is suspended every page of its partner says so, since when and for what reason.",
    ),
    Promise(
        "partner:people-are-found-by-words",
        "Domain page G, complaint 10 (turnover)",
        "People are found by any part of name, address or function, without accents, in pages and in order.",
    ),
    Promise(
        "neighbours:audit-frozen",
        "Domain page B.4 (log protection)",
        "While the journal is frozen a closing act is done, an opening one is not said to be; both are recorded once.",
    ),
    Promise(
        "neighbours:auth-silent",
        "Domain page G, complaint 15 (told when blocked)",
        "While the service of accounts is silent every page of Habpps is shown; what was asked of it comes in order.",
    ),
)
