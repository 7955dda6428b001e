"""The authorization endpoint on one screen: every check, in order.

Until the redirect URI is known to be the client's, a refusal is shown here; after it, it goes back to the client. The
endpoint for pushed requests walks through the same two lists. The checks of the person answer with the page to show
instead, or None. Whether the person holds a habilitation is the use case's own question (`issue_code`).
"""

from collections.abc import Callable

from auth.protocol.adapters.web.checks.asked import Asked
from auth.protocol.adapters.web.checks.id_token_hint import own_hint
from auth.protocol.adapters.web.checks.known_client import known_client
from auth.protocol.adapters.web.checks.parameters import single_parameters
from auth.protocol.adapters.web.checks.pkce import dpop_key_is_a_thumbprint, pkce_s256
from auth.protocol.adapters.web.checks.prompt import sensible_prompt
from auth.protocol.adapters.web.checks.redirect_uri import exact_redirect_uri
from auth.protocol.adapters.web.checks.requested import possible_authentication, readable_claims, readable_details
from auth.protocol.adapters.web.checks.response_type import code_flow, registered_response_mode
from auth.protocol.adapters.web.checks.scope import openid_scope, own_resource
from auth.protocol.adapters.web.checks.signed_in import Shown, consent, every_step, signed_in
from auth.protocol.adapters.web.checks.source import pushed_where_required, signed_where_required

SHOWN_HERE: tuple[Callable[[Asked], None], ...] = (
    known_client,
    exact_redirect_uri,
)
SENT_BACK: tuple[Callable[[Asked], None], ...] = (
    single_parameters,
    registered_response_mode,
    pushed_where_required,
    signed_where_required,
    code_flow,
    pkce_s256,
    dpop_key_is_a_thumbprint,
    openid_scope,
    own_resource,
    readable_claims,
    readable_details,
    sensible_prompt,
    possible_authentication,
    own_hint,
)
OF_THE_PERSON: tuple[Callable[[Asked], Shown | None], ...] = (
    signed_in,
    every_step,
    consent,
)
