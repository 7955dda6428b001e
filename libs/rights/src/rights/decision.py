"""The one place that decides who may do what: `decide(snapshot, question, table)`.

Pure functions: no clock, no I/O. The conditions stand in order in `rights.question_rules` and `rights.rules`; here
they are walked through. What depends on the snapshot and the day alone is remembered in the snapshot. Every answer says
at which revision it was given, so that an auditor can ask again.
"""

from rights.explanation import (
    OpenExtranet,
    Problem,
    administrator_roles,
    first_problem,
    held_roles,
    open_extranets,
    organisations_of,
    why_closed,
)
from rights.field_table import FieldTable
from rights.places import helpers_of
from rights.question import Granted, Question, QuestionLimits, Refused
from rights.question_rules import ASKED_RULES, QUESTION_RULES, RULE_IDS, JudgedQuestion
from rights.right import Right, possible_rights
from rights.rules import RIGHT_RULES
from rights.snapshot import Snapshot

__all__ = [
    "Granted",
    "OpenExtranet",
    "Question",
    "QuestionLimits",
    "Refused",
    "administrator_roles",
    "decide",
    "held_roles",
    "helpers_of",
    "open_extranets",
    "organisations_of",
    "why_closed",
]

DEFAULT_LIMITS = QuestionLimits()


def decide(
    snapshot: Snapshot, question: Question, table: FieldTable, limits: QuestionLimits = DEFAULT_LIMITS
) -> Granted | Refused:
    """Grant with the fields to show, or refuse with the reason.

    Of several rights that grant, the first by Caf and identifiers (service contract, user, grant) is taken. Of several
    that refuse, the one that came furthest gives the reason.
    """
    asked = JudgedQuestion(question, table, limits, snapshot)
    for rule_id, check in QUESTION_RULES:
        reason = check(asked)
        if reason is not None:
            return Refused(reason, rule_id, snapshot.revision)
    furthest = (-1, "", "")
    for right, standing in _known_rights(snapshot, question):
        problem = standing if standing[0] < len(RIGHT_RULES) else _problem_with_question(right, asked)
        if problem is None:
            return _granted(right, snapshot, table)
        if problem[0] > furthest[0]:
            furthest = problem
    _, rule_id, reason = furthest
    return Refused(reason, rule_id, snapshot.revision)


def _known_rights(snapshot: Snapshot, question: Question) -> tuple[tuple[Right, Problem], ...]:
    """Each way to have the right, and what is wrong with it today whatever is asked of it."""
    key = question.account_id, question.organisation_id, question.extranet, question.today

    def find() -> tuple[tuple[Right, Problem], ...]:
        return tuple((right, first_problem(right, question.today)) for right in possible_rights(snapshot, *key))

    return snapshot.remembered(key, find)


def _problem_with_question(right: Right, asked: JudgedQuestion) -> Problem | None:
    for rank, (rule_id, matches) in enumerate(ASKED_RULES, start=len(RIGHT_RULES)):
        reason = matches(right, asked)
        if reason is not None:
            return rank, rule_id, reason
    return None


def _granted(right: Right, snapshot: Snapshot, table: FieldTable) -> Granted:
    assert right.convention is not None
    assert right.contract is not None
    assert right.grant is not None
    profile = right.grant.profile
    return Granted(
        fields=table.fields(profile),
        rule_ids=RULE_IDS,
        revision=snapshot.revision,
        caf=right.contract.caf,
        convention_id=right.convention.id,
        service_contract_id=right.contract.id,
        grant_id=right.grant.id,
        profile=profile,
        table_version=table.version,
    )
