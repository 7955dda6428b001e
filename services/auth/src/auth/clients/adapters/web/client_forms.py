"""The form of a client, to and from the description that `parse_client` reads. What is right is decided there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField

from auth.clients.adapters.web.client_sentences import (
    APPLICATION_TYPES,
    BINDINGS,
    GRANTS,
    METHODS,
    OWN_EXTRANET,
    PROFILES,
    SCOPES,
    refusal_sentence,
)
from auth.clients.domain.client_registration import BadClientError, describe_client, version_of
from auth.clients.domain.clients import GRANT_TYPES, IDENTITY_SCOPES, Client
from servicekit.web import choice
from servicekit.web.form_helpers import Checkboxes, Needed

EXTRANET = "extranet"
"""The scope of the extranet's own rights in the form: in the description it is the extranet's code."""

_TEXTS = (
    *("name", "code", "logo_uri", "backchannel_logout_uri", "frontchannel_logout_uri", "resource", "jwks_uri"),
    *("application_type", "profile", "token_endpoint_auth_method", "tls_client_auth_subject_dn"),
)
_LINES = ("redirect_uris", "post_logout_redirect_uris")


def _options(labels: Mapping[str, Any]) -> list[Any]:
    return [choice(value, label) for value, label in labels.items()]


class ClientForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """What people need to say of an application; what it does not ask for stays as it was."""

    version = HiddenField()
    client_id = StringField(
        _l("Identifiant technique"),
        [Needed()],
        description=_l("Par exemple omega. Il est écrit dans le logiciel et ne changera plus."),
    )
    name = StringField(_l("Nom"), [Needed()], description=_l("Ce que les personnes lisent en se connectant."))
    code = StringField(
        _l("Code de l'extranet"),
        description=_l("Celui de Habpps, si cette application est un extranet ; vide sinon."),
    )
    logo_uri = StringField(_l("Adresse du logo"))
    application_type = RadioField(
        _l("Où tourne l'application"),
        choices=_options(APPLICATION_TYPES),
        default="web",
        description=_l("Un logiciel installé peut revenir à http://localhost ou à une adresse qui lui est propre."),
    )
    redirect_uris = TextAreaField(
        _l("Adresses de retour"),
        [Needed()],
        description=_l(
            "Où revient le navigateur après la connexion. Une par ligne, exactement comme dans le logiciel."
        ),
    )
    post_logout_redirect_uris = TextAreaField(_l("Adresses après la déconnexion"), description=_l("Une par ligne."))
    backchannel_logout_uri = StringField(
        _l("Adresse de déconnexion, de serveur à serveur"),
        description=_l("Elle est appelée quand une session finit. Sans elle, la personne peut rester connectée."),
    )
    frontchannel_logout_uri = StringField(
        _l("Adresse de déconnexion, par le navigateur"), description=_l("Moins sûre que la précédente.")
    )
    resource = StringField(
        _l("Adresse du service qui reçoit les jetons"), description=_l("Le plus souvent l'adresse de l'application.")
    )
    scope = Checkboxes(_l("Ce que l'application peut connaître"), [Needed()])
    requires_service_contract = BooleanField(
        _l("Seules les personnes qui ont une habilitation sur cet extranet y entrent"),
        description=_l("Sans cette règle, toute personne active d'une organisation peut y entrer."),
    )
    profile = RadioField(_l("Niveau de protection"), choices=_options(PROFILES), default="baseline")
    token_endpoint_auth_method = RadioField(
        _l("Comment l'application prouve qui elle est"), choices=_options(METHODS), default="client_secret_basic"
    )
    jwks = TextAreaField(
        _l("Clés publiques de l'application"),
        description=_l("Un jeu de clés JSON (JWKS). Jamais de clé privée."),
    )
    jwks_uri = StringField(_l("Ou l'adresse de ses clés publiques"))
    tls_client_auth_subject_dn = StringField(
        _l("Nom dans le certificat"), description=_l("Par exemple CN=omega,O=Exemple,C=FR.")
    )
    binding = RadioField(_l("Lier les jetons, pour qu'un jeton volé ne serve pas"), choices=_options(BINDINGS))
    grant_types = Checkboxes(_l("Comment l'application obtient ses accès"), [Needed()], choices=_options(GRANTS))

    def __init__(self, formdata: Any, before: Client | None) -> None:
        """`formdata` None: shows `before`, or the usual settings of a new client."""
        super().__init__(formdata=formdata)
        self.scope.choices = _options({**SCOPES, EXTRANET: OWN_EXTRANET})
        if before is not None:
            self.client_id.render_kw = {"readonly": True}
        if formdata is None:
            self._show(before)

    @property
    def without_secret(self) -> bool:
        """Whether what stands in for a secret is filled in or wrong, so that it must be seen."""
        fields = (self.jwks, self.jwks_uri, self.tls_client_auth_subject_dn, self.binding)
        return (
            self.binding.data not in (None, "", next(iter(BINDINGS)))
            or any(one.errors for one in fields)
            or any(one.data for one in fields[:-1])
        )

    def description(self, before: Client | None) -> dict[str, Any] | None:
        """What `RegisterClients` reads; None when something cannot even be read, said beside its field."""
        kept = describe_client(before) if before is not None else {}
        code, scope = _text(self.code.data), list(self.scope.data or ())
        jwks, readable = self._jwks()
        if self._says_what_is_missing(code) or not readable:
            return None
        chosen = [word for word in IDENTITY_SCOPES if word in scope]
        others = [
            word for word in kept.get("scope", "").split() if word in {"offline_access", *kept.get("exchange_to", ())}
        ]
        own = [code] if code is not None and EXTRANET in scope else []
        grants = {*(self.grant_types.data or ()), *(word for word in kept.get("grant_types", ()) if word not in GRANTS)}
        return {
            **kept,
            **{name: _text(self[name].data) for name in _TEXTS},
            **{name: _lines(self[name].data) or None for name in _LINES},
            "client_id": before.client_id if before is not None else _text(self.client_id.data),
            "scope": " ".join(dict.fromkeys((*chosen, *own, *others))) or None,
            "jwks": jwks,
            "grant_types": [grant for grant in GRANT_TYPES if grant in grants],
            "requires_service_contract": code is not None and bool(self.requires_service_contract.data),
            "dpop_bound_access_tokens": self.binding.data == "dpop",
            "tls_client_certificate_bound_access_tokens": self.binding.data == "certificate",
        }

    def differences(self, current: Client) -> list[str]:
        """What is stored now and is not what this form says; the form then speaks of what is stored."""
        self.version.data = version_of(current)
        stored, typed = describe_client(current), self.description(current) or {}
        names = (name for name in _TEXTS + _LINES if (stored.get(name) or None) != (typed.get(name) or None))
        return [
            gettext("%(field)s : %(value)s", field=self[name].label.text, value=_told(stored.get(name)))
            for name in names
        ]

    def say(self, error: BadClientError) -> None:
        """The refusal beside its field, or on top when the form does not ask for that key."""
        key, text = refusal_sentence(error.details.get("key", ""), error.details.get("why", ""))
        if "private" in error.details.get("why", ""):
            self.jwks.data = ""  # it is not shown again
        if key in self:
            self[key].errors = [text]
        else:
            self.form_errors.append(gettext("%(field)s : %(value)s", field=key, value=text))

    def _says_what_is_missing(self, code: str | None) -> bool:
        """All at once: the domain would say one after the other."""
        names = ["client_id", "name"]
        if "authorization_code" in (self.grant_types.data or ()):
            names.append("redirect_uris")
        missing = [name for name in names if _text(self[name].data) is None]
        for name in missing:
            self[name].errors = [gettext("Cette information est nécessaire.")]
        empty = [name for name in ("scope", "grant_types") if not self[name].data]
        for name in empty:
            self[name].errors = [gettext("Choisissez au moins une possibilité.")]
        without_code = code is None and EXTRANET in (self.scope.data or ())
        if without_code:
            self.code.errors = [gettext("Indiquez le code : vous avez coché les droits sur cet extranet.")]
        return bool(missing or empty or without_code)

    def _jwks(self) -> tuple[Any, bool]:
        text = _text(self.jwks.data)
        if text is None:
            return None, True
        try:
            return orjson.loads(text), True
        except orjson.JSONDecodeError:
            self.jwks.errors = [gettext("Ce texte n'est pas du JSON : copiez le jeu de clés en entier.")]
            return None, False

    def _show(self, before: Client | None) -> None:
        if before is None:
            self.scope.data = ["openid", "profile", "email", EXTRANET]
            self.grant_types.data = ["authorization_code", "refresh_token"]
            self.requires_service_contract.data, self.binding.data = True, "none"
            return
        shown = describe_client(before)
        self.version.data = version_of(before)
        for name in ("client_id", *_TEXTS):
            self[name].data = shown.get(name, "")
        for name in _LINES:
            self[name].data = "\n".join(shown.get(name, ()))
        self.scope.data = [EXTRANET if word == before.extranet else word for word in before.scope]
        self.grant_types.data = list(before.grant_types)
        self.requires_service_contract.data = before.requires_service_contract
        self.jwks.data = orjson.dumps(dict(before.jwks), option=orjson.OPT_INDENT_2).decode() if before.jwks else ""
        self.binding.data = binding_of(before)


def binding_of(client: Client) -> str:
    """To what its access tokens are bound, as in `BINDINGS`."""
    if client.dpop_bound_access_tokens:
        return "dpop"
    return "certificate" if client.tls_client_certificate_bound_access_tokens else "none"


def _told(content: object) -> str:
    return ", ".join(content) if isinstance(content, list) else str(content or gettext("vide"))


def _text(value: object) -> str | None:
    return str(value or "").strip() or None


def _lines(value: object) -> list[str]:
    return [line.strip() for line in str(value or "").splitlines() if line.strip()]
