"""The pages of cdap: the search form, and the result of a consultation. Nothing personal is ever in an address.

The form is answered by a redirection to a result that is kept sealed for a few minutes of the session (`servicekit.web.
kept`), so that Back and reload show it again without a second consultation. Each time the rights decide anew.
"""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cdap.adapters.web import labels
from cdap.adapters.web.dossier_page import dossier_page, print_style
from cdap.adapters.web.forms import SearchForm, add_problems, filled_form, informed_problem, request_of, search_form
from cdap.adapters.web.kept_answers import read_answer, read_question, written_answer, written_question
from cdap.domain.choices import Choices, choices_of
from cdap.use_cases.consult_dossier import ConsultDossier
from cdap.use_cases.consultation import (
    Answer,
    ConsultDossierRequest,
    InvalidConsultationError,
    NotFound,
    Refusal,
    Released,
    Requester,
)
from cdap.use_cases.refusals import refusal_error
from partnerkit.reasons import Reader, reader_of
from servicekit.web import Professional, ServiceApp, current_professional
from servicekit.web.kept import KeptResults, current_session_key, go_on_as

EXTENSION = "cdap_consult"
KEPT = "cdap_kept_results"

blueprint = Blueprint("consultations", __name__)


@blueprint.get("/")
def search() -> str:
    """The form."""
    choices = _choices()
    return _form_page(search_form(choices), choices)


@blueprint.get("/consultation")
def consultation_again() -> str:
    """The address of the form that was sent: the form."""
    return search()


@blueprint.post("/consultation")
def consult() -> BaseResponse:
    """Ask the use case, keep its answer, go to it."""
    choices = _choices()
    form = search_form(choices)
    if problem := informed_problem(form):
        return _form_again(form, choices, {"person_informed": problem})
    question = request_of(form, choices)
    try:
        answer = _use_case()(question, _requester(current_professional()))
    except InvalidConsultationError as error:
        return _form_again(form, choices, dict(error.fields))
    if isinstance(answer, Released):
        question = replace(question, profile=answer.profile)
    text = written_answer(answer, g.request_id)
    identifier = _kept().keep(current_session_key(), text, written_question(question))
    return redirect(url_for("consultations.result", identifier=identifier), HTTPStatus.SEE_OTHER)


@blueprint.get("/consultation/<identifier>")
def result(identifier: str) -> Response:
    """The answer to a consultation of this session, while it is kept and still allowed."""
    answer, question = _kept_answer(identifier)
    if question is None:
        return make_response(render_template("cdap/unknown_result.html"), HTTPStatus.NOT_FOUND)
    if answer is None:
        return _search_again("cdap/expired.html", question, HTTPStatus.GONE)
    if isinstance(answer, Released):
        answer = _use_case().decide_again(question, _requester(current_professional())) or answer
    if isinstance(answer, Refusal):
        return _refused(answer)
    if isinstance(answer, NotFound):
        return _search_again("cdap/not_found.html", question, HTTPStatus.NOT_FOUND)
    return make_response(dossier_page(answer, identifier))


@blueprint.get("/consultation/<identifier>/impression.css")
def print_style_of(identifier: str) -> Response:
    """What the paper says on each sheet: which dossier, who consulted it, why, when, its reference."""
    answer = _kept_answer(identifier)[0]
    style = print_style(answer, current_professional()) if isinstance(answer, Released) else ""
    return Response(style, mimetype="text/css")


def _kept_answer(identifier: str) -> tuple[Answer | None, ConsultDossierRequest | None]:
    """What this session keeps under the identifier, and the question: (None, None) when nothing.

    The answer alone is None when its time is over, or when the table of fields has changed since.
    """
    kept = _kept().find(current_session_key(), identifier, read_answer, read_question)
    if kept is None:
        return None, None
    if kept.result is None:
        return None, kept.question
    answer, reference = kept.result
    go_on_as(reference)
    if isinstance(answer, Released) and answer.table_version != _use_case().table_version:
        return None, kept.question
    return answer, kept.question


def _choices() -> Choices:
    return choices_of(current_professional().token.authorization_details)


def _use_case() -> ConsultDossier:
    use_case: ConsultDossier = current_app.extensions[EXTENSION]
    return use_case


def _kept() -> KeptResults:
    kept: KeptResults = current_app.extensions[KEPT]
    return kept


def _form_page(form: SearchForm, choices: Choices) -> str:
    return render_template("cdap/search.html", form=form, choices=choices, labels=labels)


def _form_again(form: SearchForm, choices: Choices, problems: dict[str, str]) -> Response:
    if "person_informed" not in problems and not form.person_informed.data:
        problems["person_informed"] = "NOT_INFORMED"
    form.validate()
    add_problems(form, problems)
    return make_response(_form_page(form, choices), HTTPStatus.BAD_REQUEST)


def _search_again(template: str, question: ConsultDossierRequest, status: HTTPStatus) -> Response:
    choices = _choices()
    form = filled_form(choices, question)
    page = render_template(template, reference=g.request_id, form=form, choices=choices, labels=labels)
    return make_response(page, status)


def _refused(refusal: Refusal) -> Response:
    app = current_app
    assert isinstance(app, ServiceApp)
    return app.error_pages.refused(refusal_error(refusal))


def reader() -> Reader:
    """Who reads a refusal: an administrator is not sent to himself."""
    professional = g.get("professional")
    if not isinstance(professional, Professional):
        return Reader.PROFESSIONAL
    use_case: ConsultDossier = current_app.extensions[EXTENSION]
    return reader_of(use_case.roles(professional.account_id, professional.token.organisation.id))


def _requester(professional: Professional) -> Requester:
    token = professional.token
    return Requester(
        account_id=professional.account_id,
        organisation_id=token.organisation.id,
        session_id=professional.session_id,
        token_id=token.token_id,
        client_id=token.client_id,
        token_issued_at=token.issued_at,
        token_details=token.authorization_details,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
