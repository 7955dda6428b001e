"""/device: a person gives a device access by copying the code that it shows (RFC 8628 §3.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, make_response, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from auth.clients.domain.clients import Client
from auth.ground.domain.errors import ExtranetClosedError
from auth.people.adapters.web.closed_sentences import closed_text
from auth.people.adapters.web.visitor import Visitor
from auth.people.use_cases.person_rights import PersonRights
from auth.protocol.domain.grants import DeviceRequest
from auth.protocol.domain.user_codes import shown_user_code
from auth.protocol.use_cases.serve_devices import ServeDevices
from partnerkit.reasons import Reader
from servicekit.references import current_reference


class DeviceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """What the device shows."""

    user_code = StringField(
        _l("Code affiché par l'appareil"),
        [InputRequired(_l("Recopiez le code affiché par l'appareil.")), Length(max=32)],
    )


@dataclass(frozen=True, kw_only=True)
class DevicePages:
    """Three steps: sign in, copy the code, say yes or no. The code in the address fills the field, no more: a person
    who was sent here by somebody else must see and confirm what they allow (RFC 8628 §5.4)."""

    visitor: Visitor
    client: Callable[[str | None], Client | None]
    serve_devices: ServeDevices
    rights: PersonRights
    reader: Callable[[], Reader]

    def blueprint(self) -> Blueprint:
        """Their addresses."""
        blueprint = Blueprint("device", __name__)
        blueprint.add_url_rule("/device", "code", self.code, methods=["GET", "POST"])
        blueprint.add_url_rule("/device/decision", "decision", self.decision, methods=["POST"])
        return blueprint

    def code(self) -> Response | str:
        """Asks for the code, then shows which application asks for what."""
        form = DeviceForm(formdata=request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.user_code.data = request.args.get("user_code", "")[:32]
        status = 200
        if form.validate_on_submit():
            found = self._find(str(form.user_code.data))
            if found is not None:
                return self._confirm(found)
            form.user_code.errors = [
                gettext("Ce code n'est pas, ou plus, valable. Vérifiez-le, ou demandez-en un autre à l'appareil.")
            ]
            status = 400
        elif request.method == "POST":
            status = 400
        return make_response(render_template("device_code.html", form=form), status)

    def decision(self) -> Response | str:
        """The person said yes or no."""
        found = self._find(request.form.get("user_code", ""))
        client = self.client(found.client_id) if found is not None else None
        if found is None or client is None:
            return render_template("device_done.html", outcome="over", name="")
        granted = "allow" in request.form
        session = self.visitor.required().session
        try:
            saved = self.serve_devices.decide(session, found, client, granted=granted)
        except ExtranetClosedError as error:
            label = self.rights.label_of(error.extranet) or client.name
            text = closed_text(error.reason, self.reader())
            page = render_template(
                "closed_extranet.html",
                label=label,
                text=text,
                reason=error.reason,
                back="/device",
                reference=current_reference(),
            )
            return make_response(page, 403)
        outcome = ("granted" if granted else "denied") if saved else "over"
        return render_template("device_done.html", outcome=outcome, name=client.name)

    def _find(self, typed: str) -> DeviceRequest | None:
        session = self.visitor.required().session
        return self.serve_devices.find(session, typed)

    def _confirm(self, found: DeviceRequest) -> Response | str:
        client = self.client(found.client_id)
        if client is None:
            return render_template("device_done.html", outcome="over", name="")
        words = found.scope.split()
        return render_template(
            "device_confirm.html",
            client=client,
            scope=words,
            elsewhere=self.rights.other_extranets(client, words),
            user_code=shown_user_code(found.user_code),
        )
