"""What is asked in a consultation, who asks, and the three answers. Values only; the story is in `consult_dossier`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from cdap.domain.choices import choices_of
from cdap.domain.dossier import DossierKey
from cdap.domain.figures import Standing
from cdap.domain.names import MAXIMUM_NAME_LENGTH, name_key
from cdap.domain.notices import Notice
from cdap.domain.result import ResultKind
from partnerkit.matricule import InvalidMatriculeError, parse_matricule
from partnerkit.text import clean_line, typed_name
from rights.token_marks import TokenMarks
from servicekit.errors import InvalidInputError

_CAF_LENGTH = 3
_CODE_LENGTH = 100


class InvalidConsultationError(InvalidInputError):
    """The question cannot be understood; `fields` says which field and why. Nothing was looked up."""

    reason = "INVALID_CONSULTATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultDossierRequest:
    """What was typed or sent. `profile`, `caf` and `purpose` may be empty when the token offers just one."""

    caf: str
    matricule: str
    name: str
    profile: str
    purpose: str
    person_informed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks: what the verified access token says, and where the request came from."""

    account_id: str
    organisation_id: str
    session_id: str
    token_id: str
    client_id: str
    token_issued_at: datetime
    token_details: Sequence[Mapping[str, Any]]
    ip: str = ""
    user_agent: str = ""
    caller: str = ""  # service that called over gRPC; empty for the pages of cdap

    @property
    def marks(self) -> TokenMarks:
        """What says whether the token has ended."""
        return TokenMarks(
            session_id=self.session_id,
            account_id=self.account_id,
            token_id=self.token_id,
            client_id=self.client_id,
            issued_at=self.token_issued_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """The question understood. `profile` None lets the rights choose the only one held."""

    key: DossierKey
    name: str
    profile: str | None
    purpose: str
    person_informed: bool
    territories: tuple[str, ...]
    today: date
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The dossier as the profile sees it, what its figures are worth, and what must be said beside it.

    `event_id` is the event that records the consultation.
    """

    event_id: str
    kind: ResultKind
    dossier: Mapping[str, Any]
    standings: Mapping[str, Standing]
    notices: tuple[Notice, ...]
    profile: str
    purpose: str
    table_version: str
    rights_revision: int
    reference_month: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing to show: unknown, another name, or outside the territory. The three cannot be told apart here."""

    event_id: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The consultation is not allowed; `reason` is stable."""

    event_id: str
    reason: str


Answer: TypeAlias = Released | NotFound | Refusal


def understand(request: ConsultDossierRequest, requester: Requester, today: date, asked_at: datetime) -> Consultation:
    """Check the form of each field and complete what the token leaves no choice about.

    Raises:
        InvalidConsultationError: a field is missing or malformed.
    """
    offered = choices_of(requester.token_details)
    problems: dict[str, str] = {}
    matricule = ""
    try:
        matricule = parse_matricule(request.matricule).number
    except InvalidMatriculeError as error:
        problems["matricule"] = error.reason
    name = typed_name(request.name)
    if not name:
        problems["name"] = "NAME_MISSING"
    elif len(name) > MAXIMUM_NAME_LENGTH or not name_key(name):
        problems["name"] = "NAME_FORMAT"
    caf = clean_line(request.caf) or _only(offered.territories)
    if not caf:
        problems["caf"] = "CAF_MISSING"
    elif len(caf) != _CAF_LENGTH or not caf.isascii() or not caf.isalnum():
        problems["caf"] = "CAF_FORMAT"
    purpose = clean_line(request.purpose) or _only(offered.purposes)
    if not purpose:
        problems["purpose"] = "PURPOSE_MISSING"
    profile = clean_line(request.profile) or _only(offered.profiles)
    if not profile and len(offered.profiles) > 1:
        problems["profile"] = "PROFILE_MISSING"
    problems |= {field: "TOO_LONG" for field in ("purpose", "profile") if len(getattr(request, field)) > _CODE_LENGTH}
    if problems:
        raise InvalidConsultationError("a field of the consultation is missing or malformed", fields=problems)
    key = DossierKey(caf, matricule)
    return Consultation(
        key=key,
        name=name,
        profile=profile or None,
        purpose=purpose,
        person_informed=request.person_informed,
        territories=offered.territories,
        today=today,
        asked_at=asked_at,
    )


def _only(offered: tuple[str, ...]) -> str:
    return offered[0] if len(offered) == 1 else ""
