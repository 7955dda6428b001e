"""What /authorize and /consent answer: refusals, here or at the client, and the code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import make_response, render_template
from werkzeug.wrappers import Response

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.ground.domain.errors import ExtranetClosedError
from auth.keys.use_cases.ports import Signer
from auth.people.adapters.web.closed_sentences import closed_text
from auth.protocol.adapters.web.authorization_response import error_parameters, location, respond
from auth.protocol.adapters.web.checks.asked import Asked
from auth.protocol.adapters.web.checks.table import SENT_BACK, SHOWN_HERE
from partnerkit.reasons import Reader
from servicekit.errors import DependencyUnavailableError
from servicekit.references import current_reference


@dataclass(frozen=True, kw_only=True)
class AuthorizationAnswers:
    """`label_of`: the name of an extranet; `reader`: who reads the page; `end_pushed`: a pushed request is used up."""

    signer: Signer
    label_of: Callable[[str], str]
    reader: Callable[[], Reader]
    end_pushed: Callable[[str], None]

    def refusal(self, asked: Asked) -> Response | None:
        """What the checks of the request itself refuse: shown here, or sent back once the address is the client's."""
        shown = self.refusal_here(asked)
        if shown is not None:
            return shown
        try:
            for check in SENT_BACK:
                check(asked)
        except AuthorizationRefusedError as error:
            return self.back(asked, error.code, error.description)
        return None

    def refusal_here(self, asked: Asked) -> Response | None:
        """What can only be shown here: nobody knows that the address is the client's."""
        try:
            for check in SHOWN_HERE:
                check(asked)
        except AuthorizationRefusedError as error:
            return self.shown(error.code, error.description)
        return None

    def code(self, asked: Asked, code: str) -> Response:
        """The browser takes it to the client."""
        return respond(asked, [("code", code)], self.signer)

    def back(self, asked: Asked, code: str, description: str) -> Response:
        """An error for the client; a pushed request serves once, for that too."""
        if asked.pushed_hash:
            self.end_pushed(asked.pushed_hash)
        return respond(asked, error_parameters(code, description), self.signer)

    def shown(self, code: str, description: str) -> Response:
        """An error on a page of ours."""
        return make_response(render_template("oidc_error.html", code=code, description=description), 400)

    def unavailable(self, asked: Asked, error: DependencyUnavailableError) -> Response:
        """Where a page may say it, the error goes on to become one."""
        if "none" in asked.prompts:
            return self.back(asked, "temporarily_unavailable", "")
        raise error

    def closed(self, asked: Asked, error: ExtranetClosedError) -> Response:
        """The person has no right there: a page says why, and who can help."""
        back = location(asked, error_parameters("access_denied", error.reason), self.signer)
        if "none" in asked.prompts or back is None:
            return self.back(asked, "access_denied", error.reason)
        page = render_template(
            "closed_extranet.html",
            label=self.label_of(error.extranet) or asked.known.name,
            text=closed_text(error.reason, self.reader()),
            reason=error.reason,
            back=None if asked.known.first_party else back,  # ours would only refuse again
            reference=current_reference(),
        )
        return make_response(page, 403)
