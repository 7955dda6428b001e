"""The conditions of a question, as two ordered tables: before any right is looked at, and against one right.

The token narrows, the snapshot decides: a detail of the token must name what is asked, and never opens anything alone.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from rights.facts import Purpose
from rights.field_table import FieldTable
from rights.question import Question, QuestionLimits
from rights.right import Right
from rights.rules import RIGHT_RULES, Rule
from rights.snapshot import Snapshot

NO_TIME = timedelta(0)


class JudgedQuestion:
    """A question with what it is judged by; the token's useful details are picked out once.

    `purpose` is what is known of the purpose that is asked, None when it is unknown.
    """

    __slots__ = ("details", "limits", "purpose", "question", "table")

    def __init__(self, question: Question, table: FieldTable, limits: QuestionLimits, snapshot: Snapshot) -> None:
        self.question = question
        self.table = table
        self.limits = limits
        self.details = token_details_for(question)
        self.purpose = snapshot.find(Purpose, question.purpose)


QuestionCheck = Callable[[JudgedQuestion], str | None]
AskedCheck = Callable[[Right, JudgedQuestion], str | None]


def _rights_are_fresh(asked: JudgedQuestion) -> str | None:
    return None if NO_TIME <= asked.question.age <= asked.limits.freshness else "RIGHTS_STALE"


def _sessions_are_fresh(asked: JudgedQuestion) -> str | None:
    return None if NO_TIME <= asked.question.session_age <= asked.limits.freshness else "SESSIONS_STALE"


def _session_is_open(asked: JudgedQuestion) -> str | None:
    return "SESSION_ENDED" if asked.question.session_ended else None


def _purpose_is_of_profile_asked(asked: JudgedQuestion) -> str | None:
    # Before the token is looked at: a mistyped pair is named as such. A purpose that nobody knows is left to the
    # token, and to the same condition on the profile that is held.
    if asked.question.profile is None or asked.purpose is None:
        return None
    return None if asked.question.profile in asked.purpose.profiles else "PURPOSE_NOT_OF_PROFILE"


def _token_names_extranet(asked: JudgedQuestion) -> str | None:
    return None if asked.details else "TOKEN_NOT_FOR_EXTRANET"


def _token_names_profile(asked: JudgedQuestion) -> str | None:
    if asked.question.profile is None:
        return None
    return None if _token_lists(asked, "profiles", asked.question.profile) else "TOKEN_WITHOUT_PROFILE"


def _token_names_purpose(asked: JudgedQuestion) -> str | None:
    return None if _token_lists(asked, "purposes", asked.question.purpose) else "TOKEN_WITHOUT_PURPOSE"


def _token_names_territory(asked: JudgedQuestion) -> str | None:
    return None if _token_lists(asked, "territories", asked.question.territory) else "TOKEN_WITHOUT_TERRITORY"


# What is asked, before any right is looked at.
QUESTION_RULES: tuple[Rule[QuestionCheck], ...] = (
    Rule("rights-are-fresh", _rights_are_fresh),
    Rule("sessions-are-fresh", _sessions_are_fresh),
    Rule("session-is-open", _session_is_open),
    Rule("purpose-is-of-profile-asked", _purpose_is_of_profile_asked),
    Rule("token-names-extranet", _token_names_extranet),
    Rule("token-names-profile", _token_names_profile),
    Rule("token-names-purpose", _token_names_purpose),
    Rule("token-names-territory", _token_names_territory),
)


def _profile_is_the_one_asked(right: Right, asked: JudgedQuestion) -> str | None:
    held = right.grant is not None and asked.question.profile in (None, right.grant.profile)
    return None if held else "PROFILE_NOT_HELD"


def _profile_has_fields(right: Right, asked: JudgedQuestion) -> str | None:
    shows = right.grant is not None and bool(asked.table.fields(right.grant.profile))
    return None if shows else "PROFILE_WITHOUT_FIELDS"


def _purpose_is_of_profile(right: Right, asked: JudgedQuestion) -> str | None:
    fits = right.grant is not None and asked.purpose is not None and right.grant.profile in asked.purpose.profiles
    return None if fits else "PURPOSE_NOT_OF_PROFILE"


def _purpose_is_in_contract(right: Right, asked: JudgedQuestion) -> str | None:
    listed = right.contract is not None and asked.question.purpose in right.contract.purposes
    return None if listed else "PURPOSE_NOT_IN_CONTRACT"


def _purpose_is_in_extranet(right: Right, asked: JudgedQuestion) -> str | None:
    served = right.extranet is not None and asked.question.purpose in right.extranet.purposes
    return None if served else "PURPOSE_NOT_IN_EXTRANET"


def _territory_is_in_contract(right: Right, asked: JudgedQuestion) -> str | None:
    return None if asked.question.territory in right.territories else "TERRITORY_NOT_IN_CONTRACT"


def _token_names_right(right: Right, asked: JudgedQuestion) -> str | None:
    contract, grant = right.contract, right.grant
    if contract is None or grant is None:
        return "TOKEN_WITHOUT_SERVICE_CONTRACT"
    named = any(
        detail.get("service_contract") == contract.id
        and _lists(detail, "profiles", grant.profile)
        and _lists(detail, "purposes", asked.question.purpose)
        and _lists(detail, "territories", asked.question.territory)
        for detail in asked.details
    )
    return None if named else "TOKEN_WITHOUT_SERVICE_CONTRACT"


# The right against what is asked of it.
ASKED_RULES: tuple[Rule[AskedCheck], ...] = (
    Rule("profile-is-the-one-asked", _profile_is_the_one_asked),
    Rule("profile-has-fields", _profile_has_fields),
    Rule("purpose-is-in-contract", _purpose_is_in_contract),
    Rule("purpose-is-in-extranet", _purpose_is_in_extranet),
    Rule("purpose-is-of-profile", _purpose_is_of_profile),
    Rule("territory-is-in-contract", _territory_is_in_contract),
    Rule("token-names-right", _token_names_right),
)

RULE_IDS: tuple[str, ...] = tuple(
    rule_id for rules in (QUESTION_RULES, RIGHT_RULES, ASKED_RULES) for rule_id, _ in rules
)


def token_details_for(question: Question) -> list[Mapping[str, object]]:
    """The token's details (RFC 9396) for the extranet asked that are still valid; oddities are skipped."""
    return [
        detail
        for detail in question.token_details
        if isinstance(detail, Mapping)
        and detail.get("type") == "service_contract"
        and detail.get("extranet") == question.extranet
        and _is_valid_on(detail.get("valid_until"), question.today)
    ]


def _is_valid_on(valid_until: object, today: date) -> bool:
    if valid_until is None:
        return True
    try:
        return isinstance(valid_until, str) and today <= date.fromisoformat(valid_until)
    except ValueError:
        return False


def _token_lists(asked: JudgedQuestion, name: str, wanted: str) -> bool:
    return any(_lists(detail, name, wanted) for detail in asked.details)


def _lists(detail: Mapping[str, object], name: str, wanted: str) -> bool:
    listed = detail.get(name)
    return isinstance(listed, (list, tuple)) and wanted in listed
