"""What is promised of ends: of a right, of a session, of a token, of a client."""

from tests.promise_lists.promise import Promise

ENDING: tuple[Promise, ...] = (
    Promise(
        "ending:tokens-everywhere",
        "RFC 7009 §2, RFC 9700 §2.1.1 and §4.14, ASVS 10.4.2",
        "However a token is revoked, auth and every resource server refuse it at once, also after a restart.",
    ),
)
