"""The certification modules of the FAPI 2.0 Security Profile, client credentials and message signing.

The names are those of the modules. `[mtls+dpop]` after a name says how the client authenticates and how its tokens are
bound; without it: private_key_jwt and DPoP.
"""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.STANDARDS

_PROFILE = "OpenID certification, FAPI 2.0 Security Profile Final"
_CREDENTIALS = "OpenID certification, FAPI 2.0 Security Profile Final, client credentials grant"
_SIGNING = "OpenID certification, FAPI 2.0 Message Signing Final"

_PROFILE_MODULES = {
    # Normal requests
    "discovery-end-point-verification": "The metadata say what the profile needs: PAR, PKCE, DPoP, strong clients.",
    "happy-flow": "PAR, code, tokens bound by DPoP, userinfo.",
    "user-rejects-authentication": "A person who says no sends the client access_denied, with its state and iss.",
    "ensure-authorization-request-without-state-success": "A request without state succeeds, without state back.",
    "ensure-authorization-request-without-nonce-success": "A request without nonce succeeds, without nonce back.",
    "ensure-authorization-request-with-64-char-nonce-success": "A nonce of 64 characters comes back whole.",
    "ensure-authorization-request-with-long-nonce": "A nonce of 384 characters comes back whole.",
    "ensure-authorization-request-with-long-state": "A state of more than 1000 characters comes back whole.",
    "ensure-other-scope-order-succeeds": "The order of the words of a scope does not count.",
    "test-claims-parameter-identity-claims": "Claims asked for one by one come where they were asked for.",
    "access-token-type-header-case-sensitivity": "The scheme of an access token may be written in any case.",
    # What stands beside a pushed request
    "ensure-different-nonce-inside-and-outside-request-object": "A nonce beside a pushed request does not count.",
    "ensure-different-state-inside-and-outside-request-object": "A state beside a pushed request does not count.",
    "state-only-outside-request-object-not-used": "A state that was not pushed does not come back.",
    "ensure-request-object-without-redirect-uri-fails": "A pushed request without redirect URI is refused.",
    "ensure-redirect-uri-in-authorization-request": "The redirect URI must be sent although only one is registered.",
    "ensure-registered-redirect-uri": "A redirect URI that is one character off is refused when it is pushed.",
    "plain-fapi-tolerate-unregistered-redirect-uri": "An unregistered redirect URI is refused, which is allowed.",
    "ensure-unsigned-authorization-request-without-using-par-fails": "A request that was not pushed is refused.",
    "ensure-response-type-code-idtoken-fails": "response_type=code id_token is refused.",
    "ensure-response-type-token-fails": "response_type=token is refused.",
    # DPoP
    "check-dpop-proof-nbf-exp": "A proof with nbf and exp is believed while both hold.",
    "ensure-dpopproof-with-iat-10seconds-before-succeeds": "A proof made 10 seconds ago is believed.",
    "ensure-dpopproof-with-iat-10seconds-after-succeeds": "A proof of a clock 10 seconds ahead is believed.",
    "ensure-mismatched-dpop-jkt-fails": "A dpop_jkt that is not the key of the proof beside it is refused.",
    "ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt": "A code bound by a proof at PAR needs that key.",
    "ensure-token-endpoint-fails-with-mismatched-dpop-jkt": "A code bound by dpop_jkt needs that key.",
    "ensure-dpopproof-at-par-endpoint-binding-success": "A proof at PAR binds the code to its key.",
    "ensure-dpop-auth-code-binding-success": "dpop_jkt binds the code to the key it names.",
    "dpop-negative-tests": "Proofs that are forged, replayed, too old or for another request or token are refused.",
    # The token endpoint
    "ensure-client-id-in-token-endpoint": "The client that is named is the client that authenticates.",
    "ensure-holder-of-key-required": "Without a proof of possession there is no token.",
    "ensure-authorization-code-is-bound-to-client": "A code of one client gives another one nothing.",
    "attempt-reuse-authorization-code-after-one-second": "A code used twice ends what it gave.",
    "ensure-token-endpoint-fails-with-expired-auth-code": "A code is over after 60 seconds.",
    "refresh-token": "A refresh needs the client's authentication and a proof, and is no other client's.",
    # private_key_jwt
    "ensure-signed-client-assertion-with-RS256-fails": "An assertion signed with RS256 is refused.",
    "ensure-client-assertion-in-token-endpoint": "Without an assertion there is no token.",
    "ensure-client-assertion-with-exp-is-5-minutes-in-past-fails": "An assertion that is over is refused.",
    "ensure-client-assertion-with-wrong-aud-fails": "An assertion for another server is refused.",
    "ensure-client-assertion-with-no-sub-fails": "An assertion without subject is refused.",
    "ensure-invalid-client-assertions-fail": "Assertions that are wrong in one way are refused, each with an error.",
    "par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted": "A clock may be 8 seconds ahead.",
    "par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails": "A clock may not be a minute ahead.",
    "par-test-array-as-audience-fails": "An assertion whose audience is a list is refused.",
    "par-test-par-endpoint-url-as-audience-fails": "The PAR endpoint is no audience of an assertion.",
    "par-test-token-endpoint-url-as-audience-fails": "The token endpoint is no audience of an assertion.",
    # PAR and PKCE
    "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds": "A page may be loaded twice before the code.",
    "par-attempt-reuse-request_uri": "A pushed request that gave a code gives no second one.",
    "par-attempt-to-use-expired-request_uri": "A pushed request is over when its time is.",
    "par-attempt-to-use-request_uri-for-different-client": "A pushed request is its client's only.",
    "par-authorization-request-containing-request_uri-form-param": "A request_uri cannot be pushed.",
    "par-attempt-invalid-http-method": "A request is pushed by POST only.",
    "par-ensure-pkce-required": "A request without code_challenge is refused.",
    "ensure-pkce-code-verifier-required": "Without code_verifier the code gives nothing.",
    "incorrect-pkce-code-verifier-rejected": "With another code_verifier the code gives nothing.",
    "par-plain-pkce-rejected": "code_challenge_method=plain is refused, also as the default.",
    "par-without-duplicate-parameters": "client_id and request_uri are all that the browser carries.",
    # With mTLS
    "happy-flow[mtls+mtls]": "A client known by its certificate gets tokens that are bound to it.",
    "happy-flow[private_key_jwt+mtls]": "A client that signs assertions gets tokens bound to its certificate.",
    "happy-flow[mtls+dpop]": "A client known by its certificate gets tokens bound to a DPoP key.",
    "ensure-holder-of-key-required[mtls]": "Without a certificate there is no token that is bound to one.",
    "access-token-type-header-case-sensitivity[mtls]": "Bearer may be written in any case.",
    "refresh-token[mtls]": "A refresh needs the client's certificate.",
    "ensure-client-id-in-token-endpoint[mtls]": "The client that is named is the one whose certificate is shown.",
    "ensure-authorization-code-is-bound-to-client[mtls]": "A code of one client gives another one nothing.",
    "attempt-reuse-authorization-code-after-one-second[mtls]": "A code used twice ends what it gave.",
    "par-attempt-to-use-request_uri-for-different-client[mtls]": "A pushed request is its client's only.",
}
_SIGNED_MODULES = {
    "ensure-request-object-with-multiple-aud-succeeds": "A request object may be for other servers too.",
    "ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted": "A clock may be 8 seconds ahead.",
    "ensure-request-object-without-exp-fails": "A request object without end is refused.",
    "ensure-request-object-without-nbf-fails": "A request object without beginning is refused.",
    "ensure-expired-request-object-fails": "A request object that is over is refused.",
    "ensure-request-object-with-bad-aud-fails": "A request object for another server is refused.",
    "ensure-request-object-with-exp-over-60-fails": "A request object good for more than an hour is refused.",
    "ensure-request-object-with-nbf-over-60-fails": "A request object made more than an hour ago is refused.",
    "ensure-signed-request-object-with-RS256-fails": "A request object signed with RS256 is refused.",
    "ensure-request-object-signature-algorithm-is-not-none": "A request object with alg none is refused.",
    "ensure-request-object-with-invalid-signature-fails": "A request object with a wrong signature is refused.",
    "ensure-matching-key-in-authorization-request": "A request object signed with another client's key is refused.",
    "ensure-unsigned-request-at-par-endpoint-fails": "A client that must sign its requests pushes none unsigned.",
    "par-authorization-request-containing-request_uri": "A request object that holds a request_uri is refused.",
}
_SIGNING_MODULES = {
    "discovery-end-point-verification": "The metadata say that requests, responses and introspection can be signed.",
    "happy-flow": "A signed request, a signed response, tokens bound by DPoP.",
    "user-rejects-authentication": "access_denied comes back in a signed response.",
    "ensure-unsigned-authorization-request-without-using-par-fails": "A request must be pushed, signed or not.",
    "ensure-different-nonce-inside-and-outside-request-object": "A nonce beside the request object does not count.",
    "ensure-different-state-inside-and-outside-request-object": "A state beside the request object does not count.",
    "state-only-outside-request-object-not-used": "A state that was not signed does not come back.",
    "ensure-request-object-without-redirect-uri-fails": "A redirect URI beside the request object does not count.",
}
_CREDENTIALS_MODULES = {
    "discovery-end-point-verification": "The metadata name the grant.",
    "happy-flow": "A client gets a bound token for itself; it speaks of nobody and has no refresh token.",
    "happy-flow[mtls]": "A client known by its certificate gets a token that is bound to it.",
    **{
        name: _PROFILE_MODULES[name]
        for name in (
            "check-dpop-proof-nbf-exp",
            "ensure-dpopproof-with-iat-10seconds-before-succeeds",
            "ensure-dpopproof-with-iat-10seconds-after-succeeds",
            "ensure-client-id-in-token-endpoint",
            "ensure-holder-of-key-required",
            "ensure-signed-client-assertion-with-RS256-fails",
            "ensure-client-assertion-in-token-endpoint",
            "ensure-client-assertion-with-exp-is-5-minutes-in-past-fails",
            "ensure-client-assertion-with-wrong-aud-fails",
            "ensure-client-assertion-with-no-sub-fails",
            "ensure-invalid-client-assertions-fail",
            "dpop-negative-tests",
        )
    },
}
_CHECKLIST = {
    "no-password-grant": ("§5.3.2.1", "A password gets no token."),
    "confidential-clients-only": ("§5.3.2.1", "A public client is not registered for the profile."),
    "client-authentication": ("§5.3.2.1", "Clients authenticate with private_key_jwt or mTLS only."),
    "sender-constrained-only": ("§5.3.2.1", "Access tokens are bound by DPoP or mTLS, always."),
    "assertion-audience": ("§5.3.2.1", "The audience of an assertion is the issuer, as one string."),
    "assertion-used-once": ("§5.3.2.1; RFC 7523 §3", "A client assertion serves once, at all endpoints together."),
    "no-refresh-rotation": ("§5.3.2.1", "Refresh tokens are not rotated: a lost answer loses nothing."),
    "dpop-nonce": ("§5.3.2.1; RFC 9449 §8", "A proof at our endpoints carries our nonce; without it, it is asked for."),
    "dpop-at-token-endpoint": ("§5.3.2.1; RFC 9449 §4.3", "The token endpoint refuses every proof that is not good."),
    "dpop-code-binding": ("§5.3.2.1; RFC 9449 §10", "Codes can be bound to a key by dpop_jkt and by a proof at PAR."),
    "clocks": ("§5.3.2.1", "A clock that is 10 seconds ahead is believed, one that is a minute ahead is not."),
    "least-privilege": ("§5.3.2.1", "A token holds what was asked for, of what the client may have."),
    "code-life": ("§5.3.2.1", "A code lives 60 seconds at most."),
    "code-only": ("§5.3.2.2", "Only response_type=code is known."),
    "par-authenticated": ("§5.3.2.2", "A request is pushed by an authenticated client only."),
    "iss-in-response": ("§5.3.2.2; RFC 9207", "Every authorization response names the issuer."),
    "https-redirect-uris": ("§5.3.2.2", "Redirect URIs are https, or on this machine."),
    "request-uri-life": ("§5.3.2.2", "A request_uri lives less than 600 seconds."),
    "request-uri-used-once": ("§5.3.2.2", "A request_uri gives one code; a page that is loaded uses nothing up."),
    "consent-shows-client-and-scope": ("§5.3.2.2", "The page of consent says for whom and what for."),
    "redirects": ("§5.3.2.2", "Nothing is redirected with 307, or to an address that is not the client's."),
    "no-cors-at-authorization": ("§5.2.3", "The authorization endpoint allows no other origin."),
    "hsts": ("§5.2.3", "Pages of an https address say that browsers must stay with https."),
    "mtls-aliases": ("RFC 8705 §5", "Endpoints for certificates have a second address, in the metadata."),
    "token-in-header-only": ("§5.3.4", "A bound token is taken from the header only."),
    "resource-checks-token": ("§5.3.4", "Userinfo refuses what is over, revoked, or for no person."),
    "resource-checks-binding": ("§5.3.4", "Userinfo refuses a token without the key it is bound to."),
    "algorithms": ("§5.4", "RS256 and none are neither registered nor believed."),
    "keys": ("§5.4", "Our keys are long enough, have names of their own and hold no x5u or jku."),
    "entropy": ("§5.4", "Codes, references and refresh tokens have 128 bits of chance, and more."),
}
_SIGNING_CHECKLIST = {
    "jar": ("§5.3", "A client registered for it has its signed requests believed, and nothing beside them."),
    "jar-required": ("§5.3", "A client that must sign its requests has keys."),
    "jarm": ("§5.4", "Responses and errors come back in a JWT with iss, aud and exp, in a registered mode."),
    "signed-introspection": ("§5.5; RFC 9701", "Introspection answers with a signed token of its own type."),
}

FAPI2: tuple[Promise, ...] = (
    *(
        Promise(f"oidf:fapi2-security-profile-final-{name}", _PROFILE, sentence)
        for name, sentence in _PROFILE_MODULES.items()
    ),
    *(
        Promise(f"oidf:fapi2-security-profile-final-{name}", _SIGNING, sentence)
        for name, sentence in _SIGNED_MODULES.items()
    ),
    *(
        Promise(f"oidf:fapi2-message-signing-final-{name}", _SIGNING, sentence)
        for name, sentence in _SIGNING_MODULES.items()
    ),
    *(
        Promise(f"oidf:fapi2-security-profile-final-client-credentials-grant-{name}", _CREDENTIALS, sentence)
        for name, sentence in _CREDENTIALS_MODULES.items()
    ),
    Promise(
        "oidf:fapi2-security-profile-final-client-credentials-grant-access-token-type-header-case-sensitivity",
        _CREDENTIALS,
        _PROFILE_MODULES["access-token-type-header-case-sensitivity"],
        gap="Userinfo speaks of persons and takes no token of a client; a resource server of the client must be given.",
    ),
    *(
        Promise(f"fapi2:{name}", f"FAPI 2.0 Security Profile {clause}", sentence)
        for name, (clause, sentence) in _CHECKLIST.items()
    ),
    *(
        Promise(f"fapi2-ms:{name}", f"FAPI 2.0 Message Signing {clause}", sentence)
        for name, (clause, sentence) in _SIGNING_CHECKLIST.items()
    ),
    Promise(
        "fapi2:tls",
        "FAPI 2.0 Security Profile §5.2.2, BCP 195",
        "TLS 1.2 or later with the recommended cipher suites.",
        gap="TLS ends at the proxy of the operator (docs/operate.md).",
    ),
    Promise(
        "fapi2:user-agent-tls",
        "FAPI 2.0 Security Profile §5.2.3, RFC 8659",
        "Names of browser endpoints are protected by CAA records and DNSSEC where possible.",
        gap="Names and their records are the operator's.",
    ),
)
