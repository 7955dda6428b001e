"""What the RFCs ask of an authorization server: 9700, 9068, 8693, 9470, back-channel logout, and those it speaks.

FAPI 2.0 builds on several of them: `fapi2` has what it asks beyond.
"""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.STANDARDS

_KEPT: dict[str, dict[str, tuple[str, str]]] = {
    "Clients of others": {
        "clients:empty-parameters": (
            "RFC 6749 §3.1, §3.2",
            "A parameter without a value is as good as left out, at every endpoint, however it is sent.",
        ),
        "clients:offline-access": (
            "OIDC Core §11; decision 0009",
            "offline_access may be asked for everywhere and opens nothing, shown to nobody.",
        ),
        "clients:tls-trust": (
            "house rule",
            "Outgoing calls believe the system's authorities and those of one file; the log says why one failed.",
        ),
        "clients:courtesies": (
            "OpenID Connect Registration §2, RP-Initiated Logout §2, RFC 9110 §9.3.2, §15.5.6",
            "Refusals name what is wrong, logos are shown, methods are said, nobody agrees to what is closed to them.",
        ),
        "clients:claims-of-scopes": (
            "OpenID Connect Core §5.4, §5.5",
            "What scopes open is at userinfo; tokens carry more only where it is asked for by name; consent names it.",
        ),
        "clients:typ": (
            "RFC 7515 §4.1.9; RFC 8725 §3.11",
            "The type of a JWT is compared without regard to case, with or without application/, everywhere.",
        ),
        "clients:standard-algorithms": (
            "OpenID Connect Registration §2, JARM §3; FAPI 2.0 §5.4",
            "A client that registers itself and names no algorithm gets RS256; ES256 with the profile fapi2.",
        ),
        "clients:cors": (
            "OpenID Connect Discovery §3, Core §5.3; RFC 9700 §2.6",
            "Scripts at a client's own origins read what endpoints answer it, everybody the documents, nobody pages.",
        ),
    },
    "RFC 9700": {
        "rfc9700:exact-redirect-uri": (
            "§2.1",
            "A redirect URI is compared as a string; a wrong one is never followed.",
        ),
        "rfc9700:pkce-s256-required": ("§2.1.1", "PKCE with S256 is required; plain is refused, also as the default."),
        "rfc9700:pkce-downgrade": ("§2.1.1", "A verifier without a challenge is refused, as is the reverse."),
        "rfc9700:no-implicit-no-password": ("§2.1.2, §2.4", "There is neither an implicit nor a password grant."),
        "rfc9700:code-used-once": ("§2.1.1, §4.13", "A code is used once; a second use revokes what the first gave."),
        "rfc9700:refresh-rotation": (
            "§4.14.2",
            "Only a client that neither authenticates nor proves a key has its refresh token rotated; theft ends all.",
        ),
        "rfc9700:refresh-at-once": (
            "§4.14.2; RFC 6749 §6",
            "Refreshes at the same moment, and a retry after a lost answer, are answered and end nothing.",
        ),
        "rfc9700:audience-and-scope": ("§2.3", "A token is for one audience and holds the least scope."),
        "rfc9700:iss-in-response": ("§4.4.2.1", "Every authorization response names the issuer."),
        "rfc9700:no-open-redirector": ("§4.11.2", "Nobody is sent to an address that comes from a query."),
        "rfc9700:see-other": ("§4.12", "After a password the browser is redirected with 303."),
        "rfc9700:no-token-in-query": ("§4.3.2", "Tokens, secrets and codes in a query are not taken."),
        "rfc9700:asymmetric-authentication": ("§2.5", "Clients may authenticate without a shared secret."),
        "rfc9700:clickjacking": ("§4.16", "No page is shown in a frame."),
        "rfc9700:referrer": ("§4.2.4", "No address of a page leaks to another site by the referrer."),
    },
    "RFC 9068": {
        "rfc9068:typ-required": ("§2.1, §4", "An access token has the type at+jwt; without it, it is refused."),
        "rfc9068:kid": ("§2.1", "Every token names its key, and no two keys have one name."),
        "rfc9068:claims-required": ("§2.2, §4", "iss, exp, aud, sub, client_id, iat and jti are there, and checked."),
        "rfc9068:one-audience": ("§3, §4", "A token is for one resource server, and refused by every other one."),
        "rfc9068:authentication": ("§2.2.1", "A token of a person says when and how the person signed in."),
        "rfc9068:algorithms": ("§4", "Only ES256 and our own keys are believed, never none nor a key from the header."),
        "rfc9068:id-token-refused": ("§5", "An ID token is no access token."),
    },
    "RFC 8693": {
        "rfc8693:delegation": ("§1.1, §4.1", "An exchanged token says who acts, and opens no userinfo."),
        "rfc8693:nested-actors": ("§4.1", "The newest actor is the outermost; a chain has four at most."),
        "rfc8693:actor-token": ("§2.1", "An actor token is the client's own."),
        "rfc8693:may-act": ("§4.4", "A token that names its actor is exchanged by no other."),
        "rfc8693:target-policy": ("§2.1, §2.2.2", "The target is one of those registered for the client."),
        "rfc8693:narrowing-only": ("§2.1, §5", "No scope that the subject token or the client does not hold is given."),
        "rfc8693:expiry": ("§5", "The new token ends with the subject token at the latest."),
        "rfc8693:answer": ("§2.2.1", "The answer names the type issued and holds no refresh token."),
        "rfc8693:session-checked": (
            "§2.1",
            "The session and the grant are alive, or nothing is given and nothing lives on.",
        ),
        "rfc8693:rights-checked": ("§2.1", "The person holds a habilitation on the target today, by fresh rights."),
        "rfc8693:one-record-per-hop": ("§5", "Every exchange is an event: who, for whom, where, which token."),
        "rfc8693:subject-token": (
            "§2.1",
            "Only a living access token of a person, of this client or for it, is exchanged.",
        ),
        "rfc8693:bound-subject-token": ("§2.1; RFC 9449 §5", "A bound token is exchanged with its key only."),
    },
    "RFC 9470": {
        "rfc9470:challenge": ("§3", "A sign-in that is too old is challenged with max_age."),
        "rfc9470:max-age": ("§4", "max_age asks for a new sign-in when the last one is older; one round is enough."),
        "rfc9470:acr-values": ("§4", "acr_values are a wish, and the token says what was done."),
        "rfc9470:unmet": ("§4", "What is essential and cannot be done is unmet_authentication_requirements."),
        "rfc9470:acr-and-auth-time": ("§6.1", "A new token says acr and auth_time; a refresh makes neither newer."),
    },
    "OpenID Connect Back-Channel Logout 1.0": {
        "backchannel:token": ("§2.4", "A logout token has iss, aud, iat, exp, jti, sid, the event and its own type."),
        "backchannel:sub-or-sid": ("§2.2, §2.4", "A client registered to do without sid is told the person, in sub."),
        "backchannel:starter-last": (
            "§2.5; RP-Initiated Logout §2",
            "The client that began a logout is told once its browser is back, and counts as closed meanwhile.",
        ),
        "backchannel:no-nonce": ("§2.4", "A logout token has no nonce, and one with a nonce is refused."),
        "backchannel:short-life": ("§2.4", "A logout token lives two minutes."),
        "backchannel:metadata": ("§2.1", "The metadata say that sessions are named."),
        "backchannel:every-end": (
            "§2.5",
            "It is sent for every end: the person, a lock, an administrator, time, a password.",
        ),
        "backchannel:every-session": (
            "§2.5",
            "When all sessions of a person end, each is named to each of its clients.",
        ),
        "backchannel:only-clients-with-tokens": ("§2.3", "It goes to the clients that got tokens in the session."),
        "backchannel:refresh-ends": ("§2.7", "Refresh and access tokens of an ended session give nothing."),
        "backchannel:no-offline-access": ("§2.7", "offline_access is given to nobody: no token outlives its session."),
        "backchannel:retry": ("§2.5", "It is sent again, later, when nobody answered, and not when it was refused."),
        "backchannel:rp-accepts": (
            "§2.7, §2.8",
            "An extranet ends the session that is named, or all, with 200 and no-store.",
        ),
        "backchannel:rp-refuses": ("§2.6, §2.8", "An extranet answers a token that is wrong in one way with 400."),
        "backchannel:rp-replay": ("§2.6", "An extranet takes a logout token once."),
    },
    "RFC 9449": {
        "rfc9449:any-client": ("§5", "Whoever shows a key gets a token that is bound to it."),
        "rfc9449:one-proof": ("§4.3", "A request carries one proof."),
        "rfc9449:registered": ("§5.2", "A client that is registered for bound tokens gets no others."),
        "rfc9449:public-refresh": ("§5", "A public client needs its key again to refresh."),
        "rfc9449:code-binding": ("§10", "dpop_jkt binds a code to a key."),
        "rfc9449:token-bound": ("§7", "A bound token opens nothing with a proof for another token or by another key."),
        "rfc9449:replay": ("§11.1", "A proof serves once in its whole life."),
        "rfc9449:nonce": ("§8, §9", "Our nonce is good for a minute or two; another one is answered with a new one."),
        "rfc9449:algorithms": ("§4.3", "Proofs may be signed with ES256 and PS256."),
        "rfc9449:address": ("§4.3", "Query and writing of the address do not count."),
        "rfc9449:introspection": ("§6.2", "Introspection says to which key a token is bound."),
    },
    "RFC 8705": {
        "rfc8705:tls-client-auth": ("§2", "A client is known by the one name, or the key, that it registered."),
        "rfc8705:certificate-without-binding": ("§2, §3", "A certificate may authenticate without binding tokens."),
        "rfc8705:bound-tokens": ("§3", "A token that is bound to a certificate opens nothing with another one."),
        "rfc8705:aliases": ("§5", "The endpoints for certificates have addresses of their own in the metadata."),
        "rfc8705:trusted-proxy-only": ("§6.5; RFC 9440 §4", "Nobody but the proxy that ends TLS says what was shown."),
    },
    "RFC 9126": {
        "rfc9126:answer": ("§2.2", "A pushed request gets a reference with its life."),
        "rfc9126:authenticated": ("§2.1", "A client pushes authenticated, in its own name; its secret is not kept."),
        "rfc9126:checked-at-once": ("§2.1, §2.3", "What is wrong with a request is said when it is pushed."),
        "rfc9126:used-once": ("§7.3", "A reference serves once and not for long."),
        "rfc9126:required-where-registered": ("§6", "A client may be registered to push always."),
        "rfc9126:only-what-was-pushed": ("§4", "Nothing beside the reference counts."),
    },
    "RFC 9101": {
        "rfc9101:by-value": ("§5.1", "A signed request in the query gives a code."),
        "rfc9101:only-what-is-signed": ("§6.3", "Nothing beside the signed request counts."),
        "rfc9101:refused": (
            "§6, §10.8",
            "A request that is not well signed, not for us or an assertion asks for nothing.",
        ),
        "rfc9101:required-where-registered": ("§10.5", "A client may be registered to sign always."),
        "rfc9101:client-must-match": ("§5", "The client in the query is the one that signed."),
        "rfc9101:not-fetched": ("§10.4", "No request is fetched from an address."),
    },
    "RFC 9396": {
        "rfc9396:granted": ("§3, §5", "A client gets no more than the rights hold of what it asked for."),
        "rfc9396:answer": ("§7, §9.2", "The token response and introspection say what was given."),
        "rfc9396:refused": ("§5", "Details that cannot be read, or of another type, are refused."),
        "rfc9396:refresh": ("§8", "A refresh gives what was asked for at first."),
        "rfc9396:metadata": ("§10", "The metadata name the type."),
    },
    "RFC 8628": {
        "rfc8628:request": ("§3.2", "A device gets a code of its own and one to show."),
        "rfc8628:grant": ("§3.4", "A person says yes and the device gets tokens, once."),
        "rfc8628:denied": ("§3.5", "A person says no and the device gets access_denied."),
        "rfc8628:slow-down": ("§3.5", "A device that asks too often is slowed down."),
        "rfc8628:expired": ("§3.5", "The codes live ten minutes, and no longer than the session."),
        "rfc8628:remote-phishing": ("§5.4", "The code in an address only fills the field; who asks for what is shown."),
        "rfc8628:brute-force": ("§5.1", "Who tries many codes is stopped."),
        "rfc8628:client": ("§3.1, §3.4", "A device code is its client's only."),
        "rfc8628:binding": ("§3.4; RFC 9449 §5", "The tokens of a device can be bound to its key."),
    },
    "RFC 7662": {
        "rfc7662:active": ("§2.2", "A living token is described."),
        "rfc7662:inactive": ("§2.2", "Of everything else nothing is said."),
        "rfc7662:own-tokens": ("§4", "A client learns of its own tokens, a resource server of those made for it."),
        "rfc7662:authenticated": ("§2.1", "Nobody asks without authentication, and tokens are posted."),
        "rfc7662:hint": ("§2.1", "A wrong hint does no harm."),
    },
    "RFC 7009": {
        "rfc7009:refresh-token": ("§2.1", "A revoked refresh token ends all that came of it."),
        "rfc7009:access-token": ("§2.1", "A revoked access token ends alone."),
        "rfc7009:recorded": ("§2, house rule", "A revocation is an event that names the account."),
        "rfc7009:foreign-token": ("§2.1", "A token of another client stays."),
        "rfc7009:unknown-token": ("§2.2", "An unknown token is answered like a revoked one."),
        "rfc7009:hint": ("§2.1", "A wrong hint does no harm."),
        "rfc7009:authenticated": ("§2.1", "A client authenticates as it is registered."),
    },
}

RFCS: tuple[Promise, ...] = (
    *(
        Promise(identifier, f"{source} {clause}", sentence)
        for source, promises in _KEPT.items()
        for identifier, (clause, sentence) in promises.items()
    ),
    Promise(
        "rfc9700:loopback-port",
        "RFC 9700 §2.1, RFC 8252 §7.3",
        "The port of a loopback address may vary, and a native application may have a scheme of its own.",
    ),
    Promise(
        "backchannel:contract-end",
        "OpenID Connect Back-Channel Logout 1.0 §2.5, house rule",
        "A logout token is sent when a service contract ends.",
    ),
    Promise(
        "rfc9396:token-request",
        "RFC 9396 §6",
        "authorization_details of a token request narrow the token, or are refused.",
    ),
    Promise(
        "rfc8693:method-table",
        "RFC 8693 §5, house rule for gRPC",
        "The one method of gRPC that takes a person's token asks for audience, scope and the rights of today.",
    ),
    Promise(
        "rfc9449:resource-servers",
        "RFC 9449 §7.2, RFC 8705 §3",
        "Every resource server of the house refuses a bound token without its key.",
    ),
    Promise(
        "rfc9470:resource-servers",
        "RFC 9470 §3, house rule for gRPC",
        "Services that need a fresh sign-in challenge with UNAUTHENTICATED and max_age, and clients retry once.",
        gap="No service beside userinfo asks for a fresher sign-in than it gets.",
    ),
)
