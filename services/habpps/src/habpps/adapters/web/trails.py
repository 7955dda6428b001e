"""The way from the home page down to a page, as the breadcrumb shows it: pairs (label, address), the home first."""

from flask import url_for
from flask_babel import gettext as _

from habpps.adapters.web.pages import author
from habpps.domain.organisation import Organisation

Trail = list[tuple[str, str]]


def above_organisation() -> Trail:
    """Return what stands above a page about one organisation: a Caf has a list of them, a partner has its own."""
    if author().is_caf:
        return [(_("Organisations"), url_for("organisations.listed"))]
    return [(_("Accueil"), url_for("partner.home"))]


def to_organisation(organisation: Organisation) -> Trail:
    """Return the way to an organisation; its own is the home page of a partner."""
    if not author().is_caf:
        return above_organisation()
    return [*above_organisation(), (organisation.name, url_for("organisations.shown", organisation_id=organisation.id))]


def to_users(organisation: Organisation) -> Trail:
    """Return the way to the list of users of an organisation."""
    listed = (
        url_for("users.of_organisation", organisation_id=organisation.id)
        if author().is_caf
        else url_for("users.listed")
    )
    return [*to_organisation(organisation), (_("Utilisateurs"), listed)]


def to_groups(organisation: Organisation) -> Trail:
    """Return the way to the groups: a list for a partner; a Caf reads them on the page of the organisation."""
    way = to_organisation(organisation)
    return way if author().is_caf else [*way, (_("Groupes"), url_for("partner.groups"))]
