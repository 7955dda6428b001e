"""The certification modules of OpenID Connect Core and of its logout specifications."""

from tests.promise_lists.promise import Promise, Reader

READER = Reader.STANDARDS

_BASIC = {
    "oidcc-server": "A client gets a code, exchanges it and reads the same person in the ID token and at userinfo.",
    "oidcc-response-type-missing": "A request without response_type goes back with an error.",
    "oidcc-idtoken-signature": "The ID token is signed with the algorithm that the client registered.",
    "oidcc-idtoken-unsigned": "An unsigned ID token is offered to nobody, and no client can register for one.",
    "oidcc-userinfo-get": "Userinfo answers a GET with the token in the header.",
    "oidcc-userinfo-post-header": "Userinfo answers a POST with the token in the header.",
    "oidcc-userinfo-post-body": "Userinfo answers a POST with the token in the form.",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": "The code flow does without a nonce.",
    "oidcc-scope-profile": "The scope profile opens the claims of the profile at userinfo, and no others.",
    "oidcc-scope-email": "The scope email opens the address of electronic mail, and nothing else.",
    "oidcc-scope-address": "The scope address, which nothing could fill, is not announced, and opens nothing.",
    "oidcc-scope-phone": "The scope phone, which nothing could fill, is not announced, and opens nothing.",
    "oidcc-scope-all": "All standard scopes together open all standard claims that are known.",
    "oidcc-alternate-happy-flow": "The order of parameters and of the words of the scope makes no difference.",
    "oidcc-display-page": "display=page is accepted.",
    "oidcc-display-popup": "display=popup is accepted.",
    "oidcc-prompt-login": "prompt=login asks for the password again, and auth_time says so.",
    "oidcc-prompt-none-not-logged-in": "prompt=none without a session gives login_required and shows no page.",
    "oidcc-prompt-none-logged-in": "prompt=none with a session gives a code, without a page or a new sign-in.",
    "oidcc-max-age-1": "A sign-in older than max_age is asked for again.",
    "oidcc-max-age-10000": "A sign-in younger than max_age serves on.",
    "oidcc-ensure-request-with-unknown-parameter-succeeds": "Unknown parameters are ignored.",
    "oidcc-id-token-hint": "An ID token as a hint lets the same person through with prompt=none.",
    "oidcc-login-hint": "login_hint fills the field of the login page.",
    "oidcc-ui-locales": "ui_locales that are not ours change nothing.",
    "oidcc-claims-locales": "claims_locales that are not ours change nothing.",
    "oidcc-ensure-request-with-acr-values-succeeds": "acr_values are a wish; the ID token says what was done.",
    "oidcc-codereuse": "A code used twice is refused, and the tokens it gave end.",
    "oidcc-codereuse-30seconds": "A code used again half a minute later is refused, and the tokens it gave end.",
    "oidcc-ensure-registered-redirect-uri": "An unregistered redirect URI is shown as an error and never followed.",
    "oidcc-ensure-post-request-succeeds": "The authorization endpoint takes a POST.",
    "oidcc-server-client-secret-post": "A client may send its secret in the form.",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": (
        "A request_uri of the client's own is refused as not supported."
    ),
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": (
        "An unsigned request object is refused as not supported."
    ),
    "oidcc-claims-essential": "A claim asked for by name comes from userinfo without its scope.",
    "oidcc-ensure-request-object-with-redirect-uri": (
        "Of a signed request object the redirect URI inside counts; an unsigned one is never believed."
    ),
    "oidcc-refresh-token": "A refresh keeps person and auth_time, and serves no other client.",
    "oidcc-ensure-request-with-valid-pkce-succeeds": "PKCE with S256 works for every client.",
}

_CONFIG = {
    "oidcc-discovery-endpoint-verification": "The metadata hold what the specification asks, and the keys are public.",
}

_RP_INITIATED = {
    "oidcc-rp-initiated-logout-discovery-endpoint-verification": "The metadata name the end_session_endpoint.",
    "oidcc-rp-initiated-logout": (
        "An ID token ends its session, and the browser goes to the registered address with the state as it was."
    ),
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": "An address that is not registered is never followed.",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": "Nor is a registered one with more behind it.",
    "oidcc-rp-initiated-logout-modified-id-token-hint": "A hint without its signature is as good as none.",
    "oidcc-rp-initiated-logout-bad-id-token-hint": "A hint that somebody else signed is as good as none.",
    "oidcc-rp-initiated-logout-no-id-token-hint": "Without a hint nobody is sent anywhere; the person is asked.",
    "oidcc-rp-initiated-logout-no-params": "Without parameters the person is asked, and then signed out.",
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": "Without an address our own page says that it is done.",
    "oidcc-rp-initiated-logout-no-state": "Without a state none comes back.",
    "oidcc-rp-initiated-logout-only-state": "With a state alone the person is asked, and then signed out.",
}
_BACK_CHANNEL = {
    "oidcc-backchannel-logout-discovery-endpoint-verification": "The metadata say that clients are told directly.",
    "oidcc-backchannel-rp-initiated-logout": "The client gets a signed logout token that names the session.",
}
_FRONT_CHANNEL = {
    "oidcc-frontchannel-logout-discovery-endpoint-verification": "The metadata say that clients are told by a frame.",
    "oidcc-frontchannel-rp-initiated-logout": (
        "A frame with iss and sid tells the client before the browser goes on to the address after the logout."
    ),
}
_SESSION_MANAGEMENT = {
    "oidcc-session-management-discovery-endpoint-verification": "The metadata name a check_session_iframe.",
    "oidcc-session-management-rp-initiated-logout": "A frame of the client sees that the session ended.",
}
_NO_SESSION_MANAGEMENT = (
    "deliberately not there: it needs third-party cookies, which browsers no longer send; back-channel and "
    "front-channel logout tell clients instead"
)
_DYNAMIC_ONLY = {
    "oidcc-idtoken-rs256": "A client that registers for RS256 gets its ID tokens signed so.",
    "oidcc-userinfo-rs256": "A client that registers for it gets userinfo as a JWT signed with RS256.",
    "oidcc-ensure-redirect-uri-in-authorization-request": "A request without redirect URI is shown as an error.",
    "oidcc-redirect-uri-query-OK": "A registered redirect URI keeps its query.",
    "oidcc-redirect-uri-query-mismatch": "Another query than the registered one is never followed.",
    "oidcc-redirect-uri-query-added": "A query behind a registered redirect URI is never followed.",
    "oidcc-redirect-uri-regfrag": "A redirect URI with a fragment cannot be registered.",
    "oidcc-registration-logo-uri": "The logo of the client is on the page where the person signs in.",
    "oidcc-registration-policy-uri": "So is the link to its policy.",
    "oidcc-registration-tos-uri": "So is the link to its terms.",
    "oidcc-registration-jwks-uri": "A client may publish its keys at an address.",
    "oidcc-registration-sector-uri": "A sector identifier whose list holds the redirect URIs is registered.",
    "oidcc-registration-sector-bad": "One whose list lacks a redirect URI is refused.",
    "oidcc-server-rotate-keys": "A new key of the provider is published while the old one still is.",
    "oidcc-refresh-token-rp-key-rotation": "A new key of the client serves without anybody telling the provider.",
    "oidcc-ensure-client-assertion-with-iss-aud-succeeds": "An assertion may name the issuer as its audience.",
}
_DYNAMIC_TOO = (
    "oidcc-server",
    "oidcc-idtoken-unsigned",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-refresh-token",
)
_REQUEST_BY_REFERENCE = {
    "oidcc-request-uri-unsigned": "An unsigned request object is fetched from an address of the client.",
    "oidcc-request-uri-signed-rs256": "A signed request object is fetched from an address of the client.",
}
_NO_REQUEST_BY_REFERENCE = (
    "deliberately not there: the provider would fetch what anybody names in a request (RFC 9101 §10.4); a request is "
    "pushed (RFC 9126) or sent by value instead"
)
_IMPLICIT_METADATA = {
    "oidcc-discovery-endpoint-verification": "The metadata name id_token and token id_token as response types too.",
}
_NO_IMPLICIT = "deliberately not there: the implicit grant is ruled out (RFC 9700 §2.1.2); only code is offered"


def _promises(plan: str, modules: dict[str, str], variant: str = "", gap: str = "") -> tuple[Promise, ...]:
    """`variant`: what is added to the identifier of a module that several plans run."""
    source = f"OpenID certification, {plan}"
    return tuple(Promise(f"oidf:{name}{variant}", source, text, gap) for name, text in modules.items())


OIDCC: tuple[Promise, ...] = (
    *_promises("Basic OP", _BASIC),
    *_promises("Form Post OP", {name: f"{text} (by form post)" for name, text in _BASIC.items()}, ":form_post"),
    *_promises("Config OP", _CONFIG),
    *_promises("Dynamic OP", _DYNAMIC_ONLY),
    *_promises("Dynamic OP", {name: f"{_BASIC[name]} (self-registered client)" for name in _DYNAMIC_TOO}, ":dynamic"),
    *_promises("Dynamic OP", _REQUEST_BY_REFERENCE, gap=_NO_REQUEST_BY_REFERENCE),
    *_promises("Dynamic OP", _IMPLICIT_METADATA, ":dynamic", gap=_NO_IMPLICIT),
    *_promises("RP-Initiated Logout OP", _RP_INITIATED),
    *_promises("Back-Channel Logout OP", _BACK_CHANNEL),
    *_promises("Front-Channel Logout OP", _FRONT_CHANNEL),
    *_promises("Session Management OP", _SESSION_MANAGEMENT, gap=_NO_SESSION_MANAGEMENT),
)
