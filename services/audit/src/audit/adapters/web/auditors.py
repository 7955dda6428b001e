"""From the person signed in to an auditor: only a token that says `caf_auditor` of a Caf opens these pages.

The national auditor is `caf_auditor` of the organisation whose Caf is "national": the same door, another owner.
"""

from audit.domain.refusals import NotAuditorError
from audit.use_cases.search_events import Auditor
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
