"""The pages: the state of the journal, the search, its results, one event."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from audit.adapters.web.auditors import auditor_of
from audit.adapters.web.figures import HEIGHT, WIDTH, bars
from audit.adapters.web.forms import SearchForm
from audit.adapters.web.labels import DECISION_KINDS, DECISIONS, type_label
from audit.domain.refusals import InvalidSearchError
from audit.domain.search import masked, plain
from audit.use_cases.journal_state import ReadJournalState
from audit.use_cases.read_event import ReadEvent
from audit.use_cases.search_events import Auditor, FoundEvent, ReadResults, SearchEvents
from audit.use_cases.times import moment
from servicekit.web import Column, current_professional

_LONGEST_INDEX = 18


@dataclass(frozen=True)
class Pages:
    """The views over their use cases."""

    search_events: SearchEvents
    read_results: ReadResults
    read_event: ReadEvent
    read_state: ReadJournalState
    types: Callable[[], Sequence[str]]

    def blueprint(self) -> Blueprint:
        """The routes; none is reached by somebody who is not an auditor."""
        pages = Blueprint("journal", __name__)
        pages.before_request(_require_auditor)
        pages.add_url_rule("/", "home", self.home)
        pages.add_url_rule("/recherche", "search", self.search, methods=["GET", "POST"])
        pages.add_url_rule("/recherches/<uuid:search_id>", "results", self.results)
        pages.add_url_rule("/recherches/<uuid:search_id>/evenements/<uuid:event_id>", "event", self.event)
        return pages

    def home(self) -> str:
        """The state of the journal."""
        state = self.read_state()
        columns = [Column("day", _("Jour")), Column("count", _("Événements"), numeric=True)]
        return render_template(
            "audit/home.html",
            state=state,
            bars=bars(state.days),
            figure_size=(WIDTH, HEIGHT),
            columns=columns,
            moment=moment,
        )

    def search(self) -> str | Response:
        """The search form; a good question leads to its results."""
        form = SearchForm()
        form.offer(self.types(), g.auditor.caf)
        if request.method == "GET":
            self._take_up(form)
        if form.validate_on_submit():
            try:
                search_id = self.search_events(g.auditor, form.question())
                return redirect(url_for("journal.results", search_id=search_id), 303)
            except InvalidSearchError as refusal:
                form.show(refusal)
        return render_template("audit/search.html", form=form)

    def results(self, search_id: object) -> str:
        """A page of results."""
        found = self.read_results(g.auditor, str(search_id), _before())
        columns = [
            Column("index", _("Place"), numeric=True),
            Column("when", _("Date")),
            Column("type", _("Événement")),
            Column("decision", _("Décision")),
            Column("subject", _("Objet")),
            Column("actor", _("Compte")),
        ]
        rows = [_row(event) for event in found.events]
        names = {"type_label": type_label, "decisions": DECISIONS, "masked": masked, "moment": moment}
        return render_template("audit/results.html", found=found, columns=columns, rows=rows, **names)

    def event(self, search_id: object, event_id: object) -> str:
        """One event in full."""
        page = self.read_event(g.auditor, str(search_id), str(event_id))
        opened = page.found.opened
        return render_template(
            "audit/event.html",
            page=page,
            search_id=str(search_id),
            told={} if opened is None else opened.event,
            payload=[] if opened is None else [(name, _as_text(value)) for name, value in opened.payload.items()],
            kind=DECISION_KINDS.get(page.found.decision, "plain"),
            decision=DECISIONS.get(page.found.decision, page.found.decision),
            label=type_label(page.found.type),
            plain=plain,
            moment=moment,
        )

    def _take_up(self, form: SearchForm) -> None:
        """Fills the form from an earlier search, to change it."""
        earlier = request.args.get("reprise", "")
        if earlier:
            form.fill(self.read_results.question(g.auditor, earlier))


def _require_auditor() -> None:
    auditor: Auditor = auditor_of(current_professional())
    g.auditor = auditor


def _before() -> int | None:
    asked = request.args.get("avant", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST_INDEX else None


def _row(event: FoundEvent) -> dict[str, Any]:
    told = {} if event.opened is None else event.opened.event
    return {
        "event": event,
        "index": event.index,
        "when": moment(event.occurred_at_us),
        "type": type_label(event.type),
        "decision": DECISIONS.get(event.decision, event.decision),
        "kind": DECISION_KINDS.get(event.decision, "plain"),
        "subject": masked(told.get("subject")),
        "actor": told.get("actor_id"),
    }


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
