"""One person, one account, in whatever organisations: who administers them may rely on this."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.PARTNER_ADMINISTRATOR

ONE_PERSON: tuple[Promise, ...] = (
    Promise(
        "person:kept-once",
        "Domain page B.1 (actors)",
        "The names and the address of a person are kept once; every organisation, page and right reads them there.",
    ),
    Promise(
        "person:told-of-a-correction",
        "Domain page B.1 (actors)",
        "A corrected name is in force at once and told to the person by mail; identifier and password stay.",
    ),
    Promise(
        "person:first-mails-follow-the-address",
        "Domain page B.2 (obligations)",
        "Who never signed in gets both first mails again at a corrected address; the earlier ones open nothing.",
    ),
    Promise(
        "person:address-is-proved",
        "Domain page B.4 (security)",
        "An address is changed only when its owner confirms it by a link sent there; the old one is told before.",
    ),
    Promise(
        "person:links-are-answered-by-forms",
        "Domain page B.4 (security)",
        "Opening a link of a mail answers nothing: a form does, once, and the secret of the link is nowhere kept.",
    ),
    Promise(
        "person:one-organisation-alone-moves-no-mailbox",
        "Domain page B.4 (security)",
        "A new address of somebody whom several organisations know is confirmed by that person, signed in.",
    ),
    Promise(
        "person:address-of-a-used-account-is-confirmed-signed-in",
        "Domain page B.4 (security)",
        "Who has used the account confirms a new address signed in, so that no link tells who else knows the person.",
    ),
    Promise(
        "person:one-account-across-organisations",
        "Domain page B.1 (actors)",
        "Somebody whom another organisation knows joins with the account they have; somebody unknown gets one.",
    ),
    Promise(
        "person:the-inviter-cannot-tell",
        "Domain page B.1 (actors)",
        "Whoever invites sees the same pages, words, counts and history whether the address was known or not.",
    ),
    Promise(
        "person:another-name-is-confirmed-first",
        "Domain page B.2 (obligations)",
        "Who accepts under another name than the invited one gets nothing before an administrator confirms.",
    ),
)
