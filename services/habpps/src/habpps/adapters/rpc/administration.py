"""Administration by programs over gRPC: the acts and the reads of the pages, by the same use cases.

Nothing is decided here: `program_authors` finds who acts, `ActsAsJson` reads the act, `Register` does the rest.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc

from habpps.adapters.acts_as_json import ActsAsJson, object_in
from habpps.adapters.rpc import administration_messages as messages
from habpps.adapters.rpc.asked import LONGEST_TEXT, clean_texts, key_of, listing_of, part_of, state_of
from habpps.adapters.rpc.program_authors import ProgramAuthors
from habpps.adapters.rpc.told_fields import told
from habpps.domain.authorship import Author
from habpps.domain.refusals import FormRefusedError
from habpps.domain.review_rule import Decider, ReviewRule, When
from habpps.domain.states import ConventionState, UserState
from habpps.use_cases.act_entry import Act
from habpps.use_cases.act_fields import ActField, Choices, fields_of, made_clean
from habpps.use_cases.act_kinds import ActKind, Acts, Review
from habpps.use_cases.catalogue import UseCases
from habpps.use_cases.consult_register import OrganisationView
from habpps.use_cases.receipts import Once
from habpps.use_cases.request_ports import RequestState
from habpps.use_cases.requests import WaitsForSecondPerson
from partenaire.habpps.v1 import administration_pb2 as pb
from partenaire.habpps.v1 import administration_pb2_grpc
from partnerkit.text import clean_line
from servicekit.errors import InvalidInputError, TooManyRequestsError

LONGEST_CONTENT = 65_536
_REVIEWS = {
    When.FROM_PEOPLE: pb.REVIEW_OPENS_MUCH,
    When.ALWAYS: pb.REVIEW_OPENS_ANYTHING,
    When.NEVER: pb.REVIEW_NEVER,
}


class TooManyCallsError(TooManyRequestsError):
    """Programs already have as many calls open as they may: the rights feed shares this server."""

    reason = "TOO_MANY_CALLS"


@dataclass(frozen=True, kw_only=True)
class AdministrationParts:
    """What the service is made of. `titles`: by name of an act, in French and English; `calls`: how many at once."""

    authors: ProgramAuthors
    use_cases: UseCases
    acts: Acts
    titles: Mapping[str, tuple[str, str]]
    calls: int


class AdministrationServicer(administration_pb2_grpc.AdministrationServicer):
    """Implements partenaire.habpps.v1.Administration."""

    def __init__(self, parts: AdministrationParts) -> None:
        """Keep the parts; an act without a description stops the start."""
        self._parts = parts
        self._json = ActsAsJson(parts.acts)
        self._free = threading.BoundedSemaphore(parts.calls)
        for kind in parts.acts.kinds:
            self._fields(kind, ())

    def DescribeActs(  # noqa: N802 -- names of methods are those of the proto
        self, request: pb.DescribeActsRequest, _context: grpc.ServicerContext
    ) -> pb.DescribeActsResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            listed = self._parts.use_cases.register.lists(author, lambda store: store.extranets.all())
            codes = [one.code for one in listed]
            held = self._parts.use_cases.review_rules.held(author)
            acts = [self._description(kind, codes, held) for kind in self._parts.acts.kinds if author.role in kind.by]
            acting = pb.Acting(
                organisation_id=author.organisation_id, role=author.role.value, caf=author.caf, cafs=author.cafs
            )
            return pb.DescribeActsResponse(acts=acts, acting=acting)

    def Preview(  # noqa: N802
        self, request: pb.PreviewRequest, _context: grpc.ServicerContext
    ) -> pb.PreviewResponse:
        """See administration.proto."""
        with self._entered(request) as author, self._act(request.act) as act:
            return pb.PreviewResponse(effects=messages.effects_message(self._parts.use_cases.preview(author, act)))

    def Perform(  # noqa: N802
        self, request: pb.PerformRequest, _context: grpc.ServicerContext
    ) -> pb.PerformResponse:
        """See administration.proto."""
        with self._entered(request) as author, self._act(request.act) as act:
            name, content = self._json.written(act)
            once = Once(key_of(request.idempotency_key), json.dumps([name, content], sort_keys=True))
            try:
                done = self._parts.use_cases.register.perform(author, act, once)
            except WaitsForSecondPerson as waits:
                return pb.PerformResponse(waits=pb.Waits(request_id=waits.request_id), again=waits.again)
            return pb.PerformResponse(done=messages.done_message(done), again=done.again)

    def ListRequests(  # noqa: N802
        self, request: pb.ListRequestsRequest, _context: grpc.ServicerContext
    ) -> pb.ListRequestsResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            listing = listing_of(request.page, state=state_of(request.state, RequestState))
            found, total = self._parts.use_cases.consult.requests(author, listing)
            return pb.ListRequestsResponse(requests=map(messages.request_message, found), total=total)

    def GetRequest(  # noqa: N802
        self, request: pb.GetRequestRequest, _context: grpc.ServicerContext
    ) -> pb.GetRequestResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            found, effects = self._parts.use_cases.register.request(author, request.request_id)
            answer = pb.GetRequestResponse(request=messages.request_message(found))
            if effects is not None:
                answer.effects.CopyFrom(messages.effects_message(effects))
            return answer

    def Decide(  # noqa: N802
        self, request: pb.DecideRequest, _context: grpc.ServicerContext
    ) -> pb.DecideResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            if request.decision not in (pb.DECISION_APPROVE, pb.DECISION_REFUSE):
                raise FormRefusedError({"decision": "FIELD_MALFORMED" if request.decision else "FIELD_MISSING"})
            approved = request.decision == pb.DECISION_APPROVE
            asked = json.dumps(["decide", request.request_id, approved, request.reason])
            done = self._parts.use_cases.register.decide(
                author,
                request.request_id,
                approved=approved,
                reason=request.reason,
                once=Once(key_of(request.idempotency_key), asked),
            )
            return pb.DecideResponse(done=messages.done_message(done), again=done.again)

    def ListOrganisations(  # noqa: N802
        self, request: pb.ListOrganisationsRequest, _context: grpc.ServicerContext
    ) -> pb.ListOrganisationsResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            listing = listing_of(request.page, text=request.text, state=state_of(request.state, ConventionState))
            if author.is_caf:
                found, total = self._parts.use_cases.consult.organisations(author, listing)
            else:
                own = self._parts.use_cases.consult.organisation(author, author.organisation_id)
                found, total = (own.organisation,), 1
            return pb.ListOrganisationsResponse(organisations=map(messages.organisation_row, found), total=total)

    def ListContracts(  # noqa: N802
        self, request: pb.ListContractsRequest, _context: grpc.ServicerContext
    ) -> pb.ListContractsResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            view = self._view(author, request)
            shown = part_of(view.contracts, request.page)
            convention = None if view.convention is None else messages.convention_row(view.convention)
            rows = [messages.contract_row(one, view.territories) for one in shown]
            return pb.ListContractsResponse(contracts=rows, total=len(view.contracts), convention=convention)

    def ListGroups(  # noqa: N802
        self, request: pb.ListGroupsRequest, _context: grpc.ServicerContext
    ) -> pb.ListGroupsResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            view = self._view(author, request)
            rows = [messages.group_row(one, view) for one in part_of(view.groups, request.page)]
            return pb.ListGroupsResponse(groups=rows, total=len(view.groups))

    def ListAdministrators(  # noqa: N802
        self, request: pb.ListAdministratorsRequest, _context: grpc.ServicerContext
    ) -> pb.ListAdministratorsResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            view = self._view(author, request)
            shown = part_of(view.administrators, request.page)
            rows = map(messages.administrator_row, shown)
            return pb.ListAdministratorsResponse(administrators=rows, total=len(view.administrators))

    def ListUsers(  # noqa: N802
        self, request: pb.ListUsersRequest, _context: grpc.ServicerContext
    ) -> pb.ListUsersResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            listing = listing_of(
                request.page, text=request.text, state=state_of(request.state, UserState), group_id=request.group_id
            )
            of = request.organisation_id or author.organisation_id
            page = self._parts.use_cases.consult.users(author, of, listing)
            return pb.ListUsersResponse(users=[messages.user_row(one, page) for one in page.users], total=page.total)

    def ListInvitations(  # noqa: N802
        self, request: pb.ListInvitationsRequest, _context: grpc.ServicerContext
    ) -> pb.ListInvitationsResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            of = request.organisation_id or author.organisation_id
            waiting = self._parts.use_cases.people.invitations(author, of)
            rows = map(messages.invitation_row, part_of(waiting, request.page))
            return pb.ListInvitationsResponse(invitations=rows, total=len(waiting))

    def GetPerson(  # noqa: N802
        self, request: pb.GetPersonRequest, _context: grpc.ServicerContext
    ) -> pb.GetPersonResponse:
        """See administration.proto."""
        with self._entered(request) as author:
            of = request.organisation_id or author.organisation_id
            return messages.person_message(self._parts.use_cases.people.person(author, of, request.account_id))

    @contextmanager
    def _entered(self, request: Any) -> Iterator[Author]:
        """Whoever acts, while fewer calls than there may be are open; what is wrong with a field is told in words."""
        if not self._free.acquire(blocking=False):
            raise TooManyCallsError("every call that programs may have is taken", retry_after=timedelta(seconds=1))
        try:
            author = self._parts.authors.author_of_call(clean_line(request.caf)[:LONGEST_TEXT])
            clean_texts(request, "")
            yield author
        except InvalidInputError as refused:
            raise (refused if refused.sentences else told(refused, "", ())) from refused
        finally:
            self._free.release()

    @contextmanager
    def _act(self, message: pb.Act) -> Iterator[Act[Any]]:
        """The act that is meant; what refuses a field of it is told with its path and what is expected there."""
        if not message.name:
            raise FormRefusedError({"act.name": "FIELD_MISSING"})
        kind = self._parts.acts.named(message.name)
        try:
            if len(message.content) > LONGEST_CONTENT:
                raise FormRefusedError({"content": "TOO_LONG"})
            yield made_clean(self._json.read(kind.name, object_in(message.content, "content")))
        except InvalidInputError as refused:
            raise told(refused, kind.name, self._fields(kind, ())) from refused

    def _view(self, author: Author, request: Any) -> OrganisationView:
        return self._parts.use_cases.consult.organisation(author, request.organisation_id or author.organisation_id)

    def _fields(self, kind: ActKind, extranets: Sequence[str]) -> tuple[ActField, ...]:
        return fields_of(self._parts.acts, kind, Choices(self._parts.use_cases.catalogue, extranets)) if kind.by else ()

    def _description(
        self, kind: ActKind, extranets: Sequence[str], held: Mapping[str, ReviewRule]
    ) -> pb.ActDescription:
        rule, always = held.get(kind.name), kind.review is Review.ALWAYS
        usual = 0 if always else self._parts.acts.most_people
        french, english = self._parts.titles[kind.name]
        return pb.ActDescription(
            name=kind.name,
            title_fr=french,
            title_en=english,
            fields=map(messages.field_message, self._fields(kind, extranets)),
            review=_REVIEWS[rule.when] if rule else pb.REVIEW_ALWAYS if always else pb.REVIEW_OPENS_MUCH,
            most_people=max(rule.people - 1, 0) if rule else usual,
            caf_decides=rule is not None and rule.decider is Decider.CAF,
        )
