"""/administration/clients: administrators of the Caf declare the extranets and the other applications.

Every address is behind one gate: signed in less than 15 minutes ago, and administrator of a Caf now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from auth.clients.adapters.web.client_forms import ClientForm, binding_of
from auth.clients.adapters.web.client_sentences import (
    BINDINGS,
    GRANTS,
    METHODS,
    OUTCOMES,
    OWN_EXTRANET,
    PARTS,
    PROFILES,
    SCOPES,
    SHORT_PROFILES,
)
from auth.clients.domain.client_registration import BadClientError, describe_client, version_of
from auth.clients.domain.clients import CLIENT_ALGORITHMS, SECRET_METHODS, Client
from auth.clients.use_cases.register_clients import Actor, RegisterClients, Registered
from auth.clients.use_cases.try_client import TryClient
from auth.ground.domain.errors import CafAdministratorNeededError, ClientChangedError, ClientIdTakenError
from servicekit.web import Column, Page, RefusalText, render_confirm
from servicekit.web.links import this_page

RECENT = timedelta(minutes=15)
_PAGE_SIZE = 25
_TOLD_IN_WORDS = frozenset(
    {"client_id", "name", "code", "logo_uri", "redirect_uris", "post_logout_redirect_uris", "resource", "scope"}
    | {"backchannel_logout_uri", "frontchannel_logout_uri", "profile", "token_endpoint_auth_method", "jwks_uri"}
    | {
        "owner",
        "jwks",
        "tls_client_auth_subject_dn",
        "dpop_bound_access_tokens",
        "grant_types",
        "first_party",
        "enabled",
    }
    | {"tls_client_certificate_bound_access_tokens", "requires_service_contract"}
)

REFUSALS = {
    "CAF_ADMINISTRATOR_NEEDED": RefusalText(
        _l("Cette page est réservée aux administrateurs de la Caf"),
        _l("Les applications n'ont pas été montrées, et rien n'a été changé."),
        _l("Déclarer une application ouvre des données : seuls des agents désignés par la Caf le font."),
        _l("Un administrateur de votre Caf peut déclarer une application pour vous, ou vous désigner dans Habpps."),
    ),
    "CLIENT_UNKNOWN": RefusalText(
        _l("Cette application n'existe pas"),
        _l("Rien n'a été changé."),
        _l("Elle a été supprimée, ou son adresse est incomplète."),
        _l("Revenez à la liste des applications et choisissez-la de nouveau."),
    ),
    "CLIENT_CHANGED": RefusalText(
        _l("Quelqu'un d'autre vient de modifier cette application"),
        _l("Votre changement n'a pas été fait."),
        _l("Deux changements en même temps pourraient s'effacer l'un l'autre."),
        _l("Rouvrez la fiche de l'application, vérifiez-la, puis recommencez."),
    ),
}


@dataclass(frozen=True)
class _Act:
    """A far-reaching act, shown before it is done."""

    title: Any
    changes: Sequence[Any]
    button: Any
    done: Any
    carry_out: Callable[[RegisterClients, str, Actor, str], Registered | None]
    danger: bool = True


_ACTS = {
    "desactiver": _Act(
        _l("Désactiver %(name)s ?"),
        (
            _l("Plus personne ne pourra ouvrir cette application."),
            _l("Elle n'obtiendra plus aucun jeton ; ceux qu'elle a finissent en quelques minutes."),
            _l("Ses réglages et les accords des personnes sont gardés : vous pourrez la réactiver."),
        ),
        _l("Désactiver cette application"),
        _l("L'application est désactivée."),
        lambda register, client_id, actor, seen: register.set_enabled(client_id, actor, enabled=False, version=seen),
    ),
    "activer": _Act(
        _l("Réactiver %(name)s ?"),
        (
            _l("Les personnes habilitées pourront de nouveau l'ouvrir."),
            _l("Elle pourra de nouveau obtenir des jetons."),
        ),
        _l("Réactiver cette application"),
        _l("L'application est réactivée."),
        lambda register, client_id, actor, seen: register.set_enabled(client_id, actor, enabled=True, version=seen),
        danger=False,
    ),
    "supprimer": _Act(
        _l("Supprimer %(name)s ?"),
        (
            _l("Plus personne ne pourra ouvrir cette application, et elle n'obtiendra plus aucun jeton."),
            _l("Ses réglages et les accords des personnes seront effacés, sans retour possible."),
            _l("Le journal garde la trace de ce qui a été fait."),
        ),
        _l("Supprimer cette application"),
        _l("L'application est supprimée."),
        lambda register, client_id, actor, seen: register.delete(client_id, actor, version=seen),
    ),
    "renouveler-le-secret": _Act(
        _l("Renouveler le secret de %(name)s ?"),
        (
            _l("Le secret actuel sera refusé aussitôt."),
            _l("L'application ne connectera plus personne tant que le nouveau secret n'y sera pas écrit."),
            _l("Le nouveau secret sera montré une seule fois, à la page suivante."),
        ),
        _l("Renouveler le secret"),
        "",
        lambda register, client_id, actor, seen: register.renew_secret(client_id, actor, version=seen),
    ),
}


class Declarer(Protocol):
    """Who declares clients: the person who is signed in. The room of the people knows."""

    def may_declare(self) -> bool:
        """Whether they administer a Caf now."""

    def signed_in_for(self) -> timedelta:
        """How long ago they typed their password."""

    def actor(self) -> Actor:
        """Who the register says it was, and for which Caf."""

    def sign_in_again(self, page: str) -> Response:
        """To the sign-in page, then back to `page`."""


@dataclass(frozen=True, kw_only=True)
class ClientPages:
    """The views."""

    register: RegisterClients
    try_client: TryClient
    declarer: Declarer
    issuer: str

    def blueprint(self) -> Blueprint:
        """Their addresses, and the gate before them."""
        blueprint = Blueprint("clients", __name__, url_prefix="/administration/clients")
        both, acts = ["GET", "POST"], ", ".join(f"'{act}'" for act in _ACTS)
        blueprint.before_request(self._gate)
        blueprint.add_url_rule("", "listed", self.listed)
        blueprint.add_url_rule("/nouveau", "create", self.create, methods=both)
        blueprint.add_url_rule("/fiche/<path:client_id>", "shown", self.shown, merge_slashes=False)
        blueprint.add_url_rule(
            "/essayer/<path:client_id>", "attempt", self.attempt, methods=["POST"], merge_slashes=False
        )
        blueprint.add_url_rule("/modifier/<path:client_id>", "change", self.change, methods=both, merge_slashes=False)
        blueprint.add_url_rule(
            f"/<any({acts}):act>/<path:client_id>", "act", self.act, methods=both, merge_slashes=False
        )
        return blueprint

    def listed(self) -> str:
        """Everything that is declared, or what fits the search."""
        asked = request.args.get("q", "").strip()
        everything = sorted(
            self.register.all(self.declarer.actor()), key=lambda client: (client.name.casefold(), client.client_id)
        )
        found = [client for client in everything if _fits(client, asked)]
        page = Page.from_request(len(found), _PAGE_SIZE)
        columns = (
            Column("name", gettext("Application")),
            Column("code", gettext("Code de l'extranet")),
            Column("profile", gettext("Protection")),
            Column("method", gettext("Preuve d'identité")),
            Column("state", gettext("État")),
        )
        rows = found[page.offset : page.offset + page.size]
        texts = {"profiles": SHORT_PROFILES, "methods": METHODS}
        return render_template("clients.html", columns=columns, rows=rows, page=page, asked=asked, **texts)

    def shown(self, client_id: str) -> str:
        """One client, its settings in words."""
        client = self.register.find(client_id, self.declarer.actor())
        words = {**SCOPES, str(client.extranet): OWN_EXTRANET}
        return render_template(
            "client.html",
            client=client,
            with_secret=client.auth_method in SECRET_METHODS,
            profile=PROFILES[client.profile],
            method=METHODS[client.auth_method],
            binding=BINDINGS[binding_of(client)],
            grants=[str(GRANTS.get(grant, grant)) for grant in client.grant_types],
            scope=[str(words.get(word, word)) for word in client.scope],
            others=_others(client),
            issuer=self.issuer,
            algorithms=", ".join(CLIENT_ALGORITHMS),
        )

    def attempt(self, client_id: str) -> str:
        """Asks the addresses of the client, and says of each what came of it."""
        client = self.register.find(client_id, self.declarer.actor())
        trials = self.try_client(client)
        return render_template("client_trial.html", client=client, trials=trials, parts=PARTS, outcomes=OUTCOMES)

    def create(self) -> Response | str:
        """A new client; its secret is shown on the page that answers."""
        form = ClientForm(request.form if request.method == "POST" else None, None)
        if request.method != "POST":
            return self._form(form, None)
        return self._save(form, None)

    def change(self, client_id: str) -> Response | str:
        """Another description; the secret stays unless the method changes."""
        client = self.register.find(client_id, self.declarer.actor())
        form = ClientForm(request.form if request.method == "POST" else None, client)
        if request.method != "POST":
            return self._form(form, client)
        return self._save(form, client)

    def act(self, act: str, client_id: str) -> Response | str:
        """First what will change, then the act."""
        client, known = self.register.find(client_id, self.declarer.actor()), _ACTS[act]
        shown = url_for("clients.shown", client_id=client_id)
        if request.method != "POST":  # a HEAD carries no CSRF token: it must not act
            return self._confirm(client, act, ())
        try:
            done = known.carry_out(self.register, client_id, self.declarer.actor(), request.form.get("version", ""))
        except ClientChangedError:
            current = self.register.find(client_id, self.declarer.actor())
            return make_response(self._confirm(current, act, _now(current)), 409)
        except BadClientError:  # no secret to renew: the page has no such button
            return redirect(shown, 303)
        if done is not None:
            return self._with_secret(done, created=False)
        flash(str(known.done), "success")
        return redirect(url_for("clients.listed") if act == "supprimer" else shown, 303)

    def _confirm(self, client: Client, act: str, now: Sequence[str]) -> str:
        """`now`: what is stored, when somebody else changed the client after it was shown."""
        known = _ACTS[act]
        return render_confirm(
            title=str(known.title) % {"name": client.name},
            lead=str(REFUSALS["CLIENT_CHANGED"].title) if now else "",
            changes=[str(change) for change in known.changes],
            note=" ".join(now),
            action=request.path,
            button=(f"confirm-{act}", str(known.button)),
            cancel_url=url_for("clients.shown", client_id=client.client_id),
            above=client.name,
            danger=known.danger,
            fields={"version": version_of(client)},
        )

    def _save(self, form: ClientForm, before: Client | None) -> Response | str:
        if self._is_stale():
            form.form_errors.append(
                gettext("Votre connexion date de plus de 15 minutes : reconnectez-vous, puis envoyez de nouveau.")
            )
            return self._form(form, before, 401, stale=True)
        description = form.description(before) if form.validate() else None
        if description is None:
            return self._form(form, before, 400)
        try:
            saved = self._store(description, before, form.version.data or "")
        except BadClientError as error:
            form.say(error)
            return self._form(form, before, 400)
        except ClientIdTakenError:
            form.client_id.errors = [gettext("Une autre application porte déjà cet identifiant.")]
            return self._form(form, before, 409)
        except ClientChangedError:
            return self._changed_meanwhile(form, description["client_id"])
        if saved.secret is not None:
            return self._with_secret(saved, created=before is None)
        flash(gettext("L'application %(name)s est enregistrée.", name=saved.client.name), "success")
        return redirect(url_for("clients.shown", client_id=saved.client.client_id), 303)

    def _changed_meanwhile(self, form: ClientForm, client_id: str) -> Response:
        """What was typed stays; what somebody else wrote is shown, and is overwritten only knowingly."""
        current = self.register.find(client_id, self.declarer.actor())
        form.form_errors.append(str(REFUSALS["CLIENT_CHANGED"].title))
        form.form_errors.append(gettext("Vérifiez ce qui est enregistré maintenant, puis envoyez de nouveau."))
        form.form_errors += form.differences(current)
        return self._form(form, current, 409)

    def _store(self, description: dict[str, Any], before: Client | None, version: str) -> Registered:
        actor = self.declarer.actor()
        if before is None:
            return self.register.create({**description, "owner": actor.owner}, actor)
        return self.register.replace(before.client_id, description, actor, version=version)

    def _form(self, form: ClientForm, before: Client | None, status: int = 200, *, stale: bool = False) -> Response:
        return make_response(render_template("client_form.html", form=form, client=before, stale=stale), status)

    def _with_secret(self, registered: Registered, *, created: bool) -> Response:
        """On the page that answers, sealed for minutes for this browser and sign-in (`servicekit.web.shown_pages`)."""
        return make_response(
            render_template(
                "client_secret.html",
                client=registered.client,
                secret=registered.secret,
                created=created,
                issuer=self.issuer,
                algorithms=", ".join(CLIENT_ALGORITHMS),
            )
        )

    def _gate(self) -> Response | None:
        """Who may come in here. A form that was long to fill is not thrown away: `_save` asks for the sign-in."""
        if not self.declarer.may_declare():
            raise CafAdministratorNeededError("only administrators of a Caf declare clients")
        is_form = request.method == "POST" and request.endpoint in {"clients.create", "clients.change"}
        if self._is_stale() and not is_form:
            flash(gettext("Les applications ne se modifient qu'après une connexion de moins de 15 minutes."), "info")
            return self.declarer.sign_in_again(this_page() if request.method in {"GET", "HEAD"} else request.path)
        return None

    def _is_stale(self) -> bool:
        """In the spirit of RFC 9470: what reaches far asks for a recent sign-in."""
        return self.declarer.signed_in_for() > RECENT


def _now(client: Client) -> tuple[str, ...]:
    """What is stored now, in the words of its page."""
    return (
        gettext("Votre changement n'a pas été fait. Ce qui est enregistré maintenant :"),
        gettext("active.") if client.enabled else gettext("désactivée."),
        gettext("Adresses de retour : %(addresses)s.", addresses=", ".join(client.redirect_uris)),
        gettext("Vérifiez la fiche de l'application, puis confirmez de nouveau si besoin."),
    )


def _fits(client: Client, asked: str) -> bool:
    words = asked.casefold().split()
    text = " ".join((client.name, client.client_id, client.extranet or "")).casefold()
    return all(word in text for word in words)


def _others(client: Client) -> dict[str, str]:
    """What the page has no words for, where it is not what every client has."""
    usual = describe_client(
        Client(client_id="", name="", secret_hash="", redirect_uris=(), scope=(), owner=client.owner)
    )
    told = {key: content for key, content in describe_client(client).items() if key not in _TOLD_IN_WORDS}
    return {key: _in_words(content) for key, content in told.items() if content != usual.get(key)}


def _in_words(content: object) -> str:
    if isinstance(content, bool):
        return str(gettext("oui") if content else gettext("non"))
    return ", ".join(content) if isinstance(content, list) else str(content)
