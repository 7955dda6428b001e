"""What the RFCs ask of an authorization server: 9700, 9068, 8693, 9470, and back-channel logout."""

from tests.promise_lists.promise import Promise

_KEPT = {
    "RFC 8705": {
        "rfc8705:tls-client-auth": ("§2", "A client is known by the one name, or the key, that it registered."),
        "rfc8705:bound-tokens": ("§3", "A token that is bound to a certificate opens nothing with another one."),
        "rfc8705:aliases": ("§5", "The endpoints for certificates have addresses of their own in the metadata."),
        "rfc8705:trusted-proxy-only": ("§7", "Nobody but the proxy that ends TLS says what certificate was shown."),
    },
    "RFC 9068": {
        "rfc9068:kid": ("§2.1", "Every token names its key, and no two keys have one name."),
    },
}

RFCS: tuple[Promise, ...] = (
    *(
        Promise(identifier, f"{source} {clause}", sentence)
        for source, promises in _KEPT.items()
        for identifier, (clause, sentence) in promises.items()
    ),
)
