"""Sentences about what an act would open and close, computed from the rights before and after it."""

from flask_babel import gettext, ngettext

from habpps.domain.effects import Change, Effects


def _(text: str, **values: str) -> str:
    return str(gettext(text, **values))


def effect_sentences(effects: Effects) -> tuple[str, ...]:
    """Say how many people lose and gain what, and who the first of them are."""
    lines = [f"{_closes(one)} {_who(one)}" for one in effects.closes]
    lines += [f"{_opens(one)} {_who(one)}" for one in effects.opens]
    return tuple(lines) or (_("Personne ne perd d'accès : aucun utilisateur n'est concerné aujourd'hui."),)


def _closes(one: Change) -> str:
    if one.profile:
        return str(
            ngettext(
                "%(num)s personne perdra le profil %(profile)s dans %(extranet)s.",
                "%(num)s personnes perdront le profil %(profile)s dans %(extranet)s.",
                one.people,
                profile=one.profile,
                extranet=one.extranet,
            )
        )
    return str(
        ngettext(
            "%(num)s personne perdra l'accès à %(extranet)s.",
            "%(num)s personnes perdront l'accès à %(extranet)s.",
            one.people,
            extranet=one.extranet,
        )
    )


def _opens(one: Change) -> str:
    if one.profile:
        return str(
            ngettext(
                "%(num)s personne aura le profil %(profile)s dans %(extranet)s.",
                "%(num)s personnes auront le profil %(profile)s dans %(extranet)s.",
                one.people,
                profile=one.profile,
                extranet=one.extranet,
            )
        )
    return str(
        ngettext(
            "%(num)s personne aura accès à %(extranet)s.",
            "%(num)s personnes auront accès à %(extranet)s.",
            one.people,
            extranet=one.extranet,
        )
    )


def _who(one: Change) -> str:
    names, others = ", ".join(one.names), one.people - len(one.names)
    if not others:
        return _("Il s'agit de : %(names)s.", names=names)
    return str(
        ngettext(
            "Il s'agit de : %(names)s et %(num)s autre personne.",
            "Il s'agit de : %(names)s et %(num)s autres personnes.",
            others,
            names=names,
        )
    )
