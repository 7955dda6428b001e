"""What is promised of ends: of a right, of a session, of a token, of a client."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.EXTRANET_TEAM

ENDING: tuple[Promise, ...] = (
    Promise(
        "ending:client-has-an-owner",
        "docs/decisions/0014-a-client-has-an-owner.md",
        "A Caf declares, sees and changes its own applications alone; those of others do not exist for it.",
    ),
    Promise(
        "ending:guarded-way-out",
        "RFC 9700 §4.11, RFC 7591 §5",
        "auth asks no address that somebody typed but through the guard that keeps it from our own machines.",
    ),
    Promise(
        "ending:no-lost-update",
        "ASVS 5.0 V15.4",
        "A form made from an older description of a client does not undo a newer one; what changed is shown.",
    ),
    Promise(
        "ending:right-lost",
        "Seed document, Habpps; OIDC Back-Channel Logout 1.0",
        "However a right ends, the sessions that stand on it end in every extranet, and only there.",
    ),
    Promise(
        "ending:in-force-everywhere",
        "docs/protocols.md §2",
        "Habpps says that an act is in force everywhere only once every session it closes is, and names who is late.",
    ),
    Promise(
        "ending:rights-of-today",
        "RFC 7662 §2.2, RFC 9396 §9.2",
        "Whoever asks about a token learns the rights of today, not those of when it was made.",
    ),
    Promise(
        "ending:tokens-everywhere",
        "RFC 7009 §2, RFC 9700 §2.1.1 and §4.14, ASVS 10.4.2",
        "However a token is revoked, auth and every resource server refuse it at once, also after a restart.",
    ),
)
