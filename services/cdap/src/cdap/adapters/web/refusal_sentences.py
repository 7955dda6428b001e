"""What a refused consultation is called; why, and who can help, come from the catalogue of reasons."""

from flask_babel import lazy_gettext as _l

from partnerkit.reasons import questions, rights
from partnerkit.reasons.steps import UNAVAILABLE
from servicekit.web import RefusalText

_NOT_SHOWN = _l("Aucune donnée n'a été montrée.")
_TITLE = _l("Cette consultation ne vous est pas ouverte")
_NOT_NOW = _l("La consultation est momentanément impossible")

REFUSAL_TEXTS: dict[str, RefusalText] = {
    one.code: RefusalText(
        _NOT_NOW if one.kind is UNAVAILABLE else _TITLE, _NOT_SHOWN, one.why.french, one.step.professional.french
    )
    for one in (*rights.REASONS, *questions.REASONS)
}
