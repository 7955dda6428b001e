"""The two pages of cdap: the search form, and the result of a consultation. Nothing personal is ever in an address."""

from flask import Blueprint, Response, current_app, g, make_response, render_template, request

from cdap.adapters.web import labels
from cdap.adapters.web.charts import Chart, history_chart
from cdap.adapters.web.essentials import essentials_of, mark_of
from cdap.adapters.web.formats import months_back
from cdap.adapters.web.forms import SearchForm, add_problems, request_of, search_form
from cdap.adapters.web.notice_sentences import by_place
from cdap.domain import prestations, status
from cdap.domain.choices import Choices, choices_of
from cdap.use_cases.consult_dossier import ConsultDossier
from cdap.use_cases.consultation import InvalidConsultationError, NotFound, Refusal, Released, Requester
from cdap.use_cases.refusals import refusal_error
from servicekit.web import Professional, ServiceApp, current_professional

EXTENSION = "cdap_consult"

blueprint = Blueprint("consultations", __name__)


@blueprint.get("/")
def search() -> str:
    """The form."""
    choices = choices_of(current_professional().token.authorization_details)
    return _form_page(search_form(choices), choices)


@blueprint.get("/consultation")
def consultation_again() -> str:
    """A result is never kept: going back to its address shows the form."""
    return search()


@blueprint.post("/consultation")
def consult() -> Response:
    """Ask the use case, show its answer."""
    professional = current_professional()
    choices = choices_of(professional.token.authorization_details)
    form = search_form(choices)
    if not form.person_informed.data:
        return _form_again(form, choices, {"person_informed": "NOT_INFORMED"})
    use_case: ConsultDossier = current_app.extensions[EXTENSION]
    try:
        answer = use_case(request_of(form, choices), _requester(professional))
    except InvalidConsultationError as error:
        return _form_again(form, choices, dict(error.fields))
    if isinstance(answer, Refusal):
        return _refused(answer)
    page = _not_found(form, choices) if isinstance(answer, NotFound) else _released(answer)
    page.headers["Cache-Control"] = "no-store"
    return page


def _form_page(form: SearchForm, choices: Choices) -> str:
    return render_template("cdap/search.html", form=form, choices=choices, labels=labels)


def _form_again(form: SearchForm, choices: Choices, problems: dict[str, str]) -> Response:
    if "person_informed" not in problems and not form.person_informed.data:
        problems["person_informed"] = "NOT_INFORMED"
    form.validate()
    add_problems(form, problems)
    return make_response(_form_page(form, choices), 400)


def _not_found(form: SearchForm, choices: Choices) -> Response:
    form.person_informed.data = False
    page = render_template("cdap/not_found.html", reference=g.request_id, form=form, choices=choices, labels=labels)
    return make_response(page, 404)


def _released(answer: Released) -> Response:
    return make_response(
        render_template(
            "cdap/dossier.html",
            answer=answer,
            dossier=answer.dossier,
            places=by_place(answer.notices),
            essentials=essentials_of(answer),
            mark_of=mark_of,
            consultation_reference=g.request_id,
            chart=_quotient_chart(answer),
            labels=labels,
            codes=prestations,
            status_labels=status.STATUS_LABELS,
        )
    )


def _quotient_chart(answer: Released) -> Chart | None:
    quotient = answer.dossier.get("quotient_familial")
    if quotient is None:
        return None
    history = quotient["history"]
    return history_chart(history, months_back(quotient["month"], len(history)))


def _refused(refusal: Refusal) -> Response:
    app = current_app
    assert isinstance(app, ServiceApp)
    return app.error_pages.refused(refusal_error(refusal))


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
