"""French first, English available: which language a request gets, the switch, and catalogues read from .po files.

French is the msgid, so the French catalogue is empty. Catalogues are compiled in memory when the application starts:
no binary is kept anywhere. See `tests/servicekit/web/catalogue_check.py` for the test that finds missing sentences.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, Response, g, redirect, request
from flask_babel import Babel, Domain, get_locale, refresh

from servicekit.typography import typeset
from servicekit.web.links import local_path

LANGUAGES = {"fr": "Français", "en": "English"}
COOKIE = "langue"  # no service name: the choice is the person's and holds for every service of the host
_ONE_YEAR_SECONDS = 365 * 24 * 3600
SHARED_TRANSLATIONS = Path(__file__).parent / "translations"


def load_catalogue(directories: Iterable[Path], language: str) -> Translations:
    """The sentences of one language, from `<directory>/<language>/LC_MESSAGES/messages.po`; later ones win.

    A file is read once per process, whatever the number of applications that speak its sentences.

    Raises:
        babel.messages.pofile.PoFileError: a file is not a catalogue.
    """
    merged = Translations()
    for directory in directories:
        path = directory / language / "LC_MESSAGES" / "messages.po"
        if not path.is_file():
            continue
        merged.merge(part := _read(path, language, path.stat().st_mtime_ns))
        merged.plural = part.plural
    return merged


@lru_cache(maxsize=32)
def _read(path: Path, language: str, _changed_at: int) -> Translations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


class Typeset(NullTranslations):
    """The French catalogue: each sentence is its own translation, with the typography of French."""

    def gettext(self, message: str) -> str:
        """The sentence as people read it."""
        return typeset(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """One and none are singular in French."""
        return typeset(msgid1 if n < 2 else msgid2)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - one French sentence serves in each
        """The sentence, whatever tells it from another of the same words."""
        return typeset(message)

    def npgettext(self, context: str, singular: str, plural: str, num: int) -> str:  # noqa: ARG002 - as above
        """`ngettext`, whatever the context."""
        return self.ngettext(singular, plural, num)

    ugettext, ungettext, upgettext, unpgettext = gettext, ngettext, pgettext, npgettext


class CataloguesInMemory(Domain):  # type: ignore[misc] # Flask-Babel has no types
    """Gives Flask-Babel the catalogues that `load_catalogue` made."""

    def __init__(self, catalogues: Mapping[str, NullTranslations]) -> None:
        """One catalogue per language code."""
        super().__init__()
        self._catalogues = catalogues
        self._none = Typeset()

    def get_translations(self) -> NullTranslations:
        """The catalogue of the request's language."""
        locale = get_locale()
        return self._catalogues.get(locale.language, self._none) if locale else self._none


def choose_language() -> str:
    """The person's own choice, else what the request prefers (`prefer_languages`), else the browser, else French."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    if "preferred_language" in g:
        return str(g.preferred_language)
    return request.accept_languages.best_match(list(LANGUAGES), default="fr") or "fr"


def prefer_languages(tags: str | None) -> None:
    """Shows this request in the first of the languages that we have, unless the person chose one in the frame.

    `tags`: language tags (RFC 5646) with spaces between, best first, as in `ui_locales` (OIDC Core §3.1.2.1). A region
    is passed over: `en-GB` is English. Nothing changes when we have none of them.
    """
    for tag in (tags or "").split():
        language = tag.partition("-")[0].lower()
        if language in LANGUAGES:
            g.preferred_language = language
            refresh()  # a view may have looked up a sentence already
            return


def install_languages(app: Flask, *, secure: bool, more: Iterable[Path] = ()) -> None:
    """Babel, the catalogues (servicekit, `more`, the application), the switch at GET /langue/<code>?suite=<page>."""
    babel = Babel()
    babel.init_app(app, default_locale="fr", default_timezone="Europe/Paris", locale_selector=choose_language)
    directories = [SHARED_TRANSLATIONS, *more, Path(app.root_path) / "translations"]
    babel.domain_instance = CataloguesInMemory({"fr": Typeset(), "en": load_catalogue(directories, "en")})
    blueprint = Blueprint("languages", __name__)

    @blueprint.get("/langue/<code>")
    def choose(code: str) -> Response:
        answer = redirect(local_path(request.args.get("suite")), 303)
        if code in LANGUAGES:
            answer.set_cookie(COOKIE, code, max_age=_ONE_YEAR_SECONDS, httponly=True, samesite="Lax", secure=secure)
        return answer  # type: ignore[return-value]

    choose.is_public = True  # type: ignore[attr-defined]
    app.register_blueprint(blueprint)
