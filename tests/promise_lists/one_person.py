"""One person, one account, in whatever organisations: who administers them may rely on this."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PARTNER_ADMINISTRATOR

ONE_PERSON: tuple[Promise, ...] = (
    Promise(
        "person:kept-once",
        "Domain page B.1 (actors)",
        "The names and the address of a person are kept once; every organisation, page and right reads them there.",
    ),
)
