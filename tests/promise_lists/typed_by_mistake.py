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
)
