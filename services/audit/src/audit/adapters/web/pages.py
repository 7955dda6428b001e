"""The pages: the state of the journal, the search, its results, one event."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from audit.adapters.web.auditors import auditor_of
from audit.adapters.web.event_sentences import Wording, erased_sentence
from audit.adapters.web.export import csv_of
from audit.adapters.web.figures import ABOVE, BELOW, HEIGHT, WIDTH, bars
from audit.adapters.web.forms import SearchForm, first_day, last_day
from audit.adapters.web.labels import DECISION_KINDS, DECISIONS, reason_text, service_name, type_label
from audit.adapters.web.payload_labels import Payload
from audit.adapters.web.producers import by_service
from audit.domain.asked import AskedKind, read_asked
from audit.domain.refusals import InvalidSearchError
from audit.domain.search import SearchQuestion, check_question
from audit.domain.vocabulary import Vocabulary, service_of
from audit.use_cases.export_results import ExportResults
from audit.use_cases.find_names import JournalNames
from audit.use_cases.journal_state import TO_EXAMINE, ReadJournalState
from audit.use_cases.read_event import ReadEvent
from audit.use_cases.record_reading import Auditor
from audit.use_cases.search_events import FoundEvent, ReadResults, SearchEvents
from audit.use_cases.times import moment
from audit.use_cases.understand import Meanings, Understand
from servicekit.references import parse_reference
from servicekit.web import Column, current_professional
from servicekit.web.formats import longdate, shortdatetime

_LONGEST_INDEX = 18
PICKED = re.compile(r"(account|organisation):[0-9A-Za-z-]{1,64}")
FOLLOWED = ("actor_id", "organisation_id", "subject")


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The views over their use cases."""

    search_events: SearchEvents
    read_results: ReadResults
    read_event: ReadEvent
    read_state: ReadJournalState
    types: Callable[[str], Sequence[str]]
    export_results: ExportResults
    understand: Understand
    vocabulary: Callable[[], Vocabulary]

    def blueprint(self) -> Blueprint:
        """The routes; none is reached by somebody who is not an auditor."""
        pages = Blueprint("journal", __name__)
        pages.before_request(self._require_auditor)
        pages.add_url_rule("/", "home", self.home)
        pages.add_url_rule("/recherche", "search", self.search, methods=["GET", "POST"])
        pages.add_url_rule("/recherches/<uuid:search_id>", "results", self.results)
        pages.add_url_rule("/recherches/<uuid:search_id>/export", "export", self.export, methods=["POST"])
        one_event = "/recherches/<uuid:search_id>/evenements/<uuid:event_id>"
        pages.add_url_rule(one_event, "event", self.event)
        pages.add_url_rule(f"{one_event}/suite", "follow", self.follow, methods=["POST"])
        return pages

    def home(self) -> str:
        """The state of the journal."""
        state = self.read_state(g.auditor.owner)
        columns = [Column("day", _("Jour")), Column("count", _("Événements"), numeric=True)]
        return render_template(
            "audit/home.html",
            state=state,
            bars=bars(state.days),
            producers=by_service(state.chains),
            figure_size=(WIDTH, HEIGHT),
            above=ABOVE,
            below=BELOW,
            total=sum(day.count for day in state.days),
            service_name=service_name,
            to_examine=TO_EXAMINE,
            columns=columns,
            moment=moment,
        )

    def search(self) -> str | Response:
        """The search form; a good question leads to its results."""
        form = SearchForm()
        form.offer(self.types(g.auditor.owner), g.auditor.owner)
        if request.method == "GET":
            self._take_up(form)
        if form.validate_on_submit():
            try:
                question, meanings = self._understood(form)
                if meanings.found:
                    several, complete = list(meanings.found.values()), meanings.is_complete
                    return render_template("audit/search.html", form=form, meanings=several, complete=complete)
                search_id = self.search_events(g.auditor, question)
                return redirect(url_for("journal.results", search_id=search_id), 303)
            except InvalidSearchError as refusal:
                form.show(refusal)
        status = 400 if request.method == "POST" else 200
        return make_response(render_template("audit/search.html", form=form, meanings=()), status)

    def results(self, search_id: object) -> str:
        """A page of results."""
        found = self.read_results(g.auditor, str(search_id), _before())
        columns = [
            Column("type", _("Événement")),
            Column("when", _("Date")),
            Column("decision", _("Décision")),
            Column("subject", _("Objet")),
            Column("who", _("Qui")),
        ]
        rows = [_row(event, found.names) for event in found.events]
        asked = Wording(asdict(found.question), {}, found.names)
        names = {
            "type_label": type_label,
            "decisions": DECISIONS,
            "moment": moment,
            "asked": asked,
            "period": period(found.question),
        }
        return render_template("audit/results.html", found=found, columns=columns, rows=rows, **names)

    def export(self, search_id: object) -> Response:
        """The results as a file."""
        taken = self.export_results(g.auditor, str(search_id))
        rows = (_line(event, leaf_hash, taken.names) for event, leaf_hash in taken.events)
        answer = Response(csv_of(rows, is_cut=taken.is_cut), mimetype="text/csv")
        answer.headers["Content-Disposition"] = 'attachment; filename="journal.csv"'
        return answer

    def event(self, search_id: object, event_id: object) -> str:
        """One event in full."""
        page = self.read_event(g.auditor, str(search_id), str(event_id))
        told, payload = _opened(page.found)
        service = service_of(page.found.type)
        shown = Payload(service, payload)
        return render_template(
            "audit/event.html",
            page=page,
            search_id=str(search_id),
            event_id=str(event_id),
            told=told,
            words=Wording(told, payload, page.names, service),
            reason=reason_text(service, page.found.reason),
            erased=erased_sentence(page.found.erased),
            payload=shown.ordinary(),
            technical=shown.technical(),
            kind=DECISION_KINDS.get(page.found.decision, "plain"),
            decision=DECISIONS.get(page.found.decision, page.found.decision),
            label=type_label(page.found.type),
            moment=moment,
        )

    def follow(self, search_id: object, event_id: object) -> Response:
        """A new search, for the same case, of what an event names; the address tells nothing of it."""
        page = self.read_event(g.auditor, str(search_id), str(event_id))
        told, _payload = _opened(page.found)
        name = request.form.get("by", "")
        wanted = told.get(name) if name in FOLLOWED else None
        if not wanted:
            return redirect(url_for("journal.event", search_id=search_id, event_id=event_id), 303)
        question = replace(SearchQuestion(case_number=page.case_number), **{name: wanted})
        return redirect(url_for("journal.results", search_id=self.search_events(g.auditor, question)), 303)

    def _understood(self, form: SearchForm) -> tuple[SearchQuestion, Meanings]:
        """The question with what the one box means; several meanings are to be chosen from, and one too when
        not everything was read.

        Raises:
            InvalidSearchError: it means nothing that the journal knows.
        """
        question, picked = form.question(), request.form.get("pick", "")
        if PICKED.fullmatch(picked):
            return replace(question, about=picked), Meanings()
        if not form.asked.data or not form.asked.data.strip():
            return question, Meanings()
        check_question(question)
        asked = read_asked(form.asked.data, g.auditor.owner)
        if asked is None:
            raise InvalidSearchError("the box cannot be understood", fields={"asked": "NOT_UNDERSTOOD"})
        if asked.kind is AskedKind.REFERENCE:
            return replace(question, reference=asked.value), Meanings()
        if asked.kind is AskedKind.DOSSIER:
            if question.subject:
                raise InvalidSearchError("two subjects", fields={"asked": "TWO_SUBJECTS"})
            return replace(question, subject=asked.value), Meanings()
        meanings = self.understand(g.auditor, question.case_number, asked)
        found = list(meanings.found.values())
        if not found and (reference := parse_reference(asked.value)):
            return replace(question, reference=reference), Meanings()
        if not found:
            why = "UNKNOWN" if meanings.is_complete else "UNKNOWN_SO_FAR"
            raise InvalidSearchError("nobody of that name", fields={"asked": why})
        if len(found) > 1 or not meanings.is_complete:
            return question, meanings
        return replace(question, about=found[0].subject), Meanings()

    def _require_auditor(self) -> None:
        auditor: Auditor = auditor_of(current_professional())
        g.auditor, g.vocabulary = auditor, self.vocabulary()

    def _take_up(self, form: SearchForm) -> None:
        """Fills the form from an earlier search, to change it."""
        form.propose(request.args.get("sorte", ""))
        earlier = request.args.get("reprise", "")
        if earlier:
            form.fill(self.read_results.question(g.auditor, earlier))


def period(question: SearchQuestion) -> str:
    """The days asked for, both included, in words."""
    begins, ends = first_day(question), last_day(question)
    if begins is None and ends is None:
        return str(_("Toute"))
    if ends is None:
        return str(_("Depuis le %(day)s", day=longdate(begins)))
    if begins is None:
        return str(_("Jusqu'au %(day)s compris", day=longdate(ends)))
    return str(_("Du %(first)s au %(last)s compris", first=longdate(begins), last=longdate(ends)))


def _before() -> int | None:
    asked = request.args.get("avant", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST_INDEX else None


def _opened(event: FoundEvent) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return ({}, {}) if event.opened is None else (event.opened.event, event.opened.payload)


def _row(event: FoundEvent, names: JournalNames) -> dict[str, Any]:
    service = service_of(event.type)
    words = Wording(*_opened(event), names, service)
    return {
        "event": event,
        "when": moment(event.occurred_at_us),
        "type": type_label(event.type),
        "decision": _("Refusé") if event.withheld else DECISIONS.get(event.decision, event.decision),
        "reason": _("La donnée n'a pas été montrée") if event.withheld else reason_text(service, event.reason),
        "kind": "bad" if event.withheld else DECISION_KINDS.get(event.decision, "plain"),
        "subject": erased_sentence(event.erased) or words.subject(clear=False),
        "who": words.who(),
        "organisation": words.organisation(),
    }


def _line(event: FoundEvent, leaf_hash: bytes, names: JournalNames) -> list[str]:
    row = _row(event, names)
    texts = (shortdatetime(row["when"]), row["type"], row["decision"], row["reason"], row["subject"], row["who"])
    return [str(event.index + 1), *map(str, texts), row["organisation"], event.event_id, leaf_hash.hex()]
