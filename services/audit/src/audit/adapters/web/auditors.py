"""From the person signed in to an auditor: only a token that says `caf_auditor` of a Caf opens these pages.

The national auditor is `caf_auditor` of the organisation whose Caf is "national": the same door, another owner.
"""

from flask import g

from audit.domain.refusals import NotAuditorError
from audit.use_cases.record_reading import Auditor
from partnerkit.reasons import Reader, reader_of, roles_in
from servicekit.event_form import is_owner
from servicekit.web import Professional

AUDITOR_ROLE = "caf_auditor"


def auditor_of(professional: Professional) -> Auditor:
    """The auditor this person is.

    Raises:
        NotAuditorError: the access token gives no auditor's role of a Caf.
    """
    for detail in professional.token.authorization_details:
        caf = str(detail.get("caf"))
        if detail.get("type") == "administration" and detail.get("role") == AUDITOR_ROLE and is_owner(caf):
            return Auditor(professional.account_id, professional.organisation.id, caf)
    raise NotAuditorError("the token gives no auditor's role")


def reader() -> Reader:
    """Who reads a refusal, by the roles that the token names."""
    professional = g.get("professional")
    if not isinstance(professional, Professional):
        return Reader.PROFESSIONAL
    return reader_of(roles_in(professional.token.authorization_details))
