"""What is wrong with the fields of a call, told to the program and to people: where, what, and what is expected."""

import re
from collections.abc import Mapping, Sequence

from habpps.use_cases.act_fields import ActField, FieldKind
from partnerkit.reasons import brief
from servicekit.errors import InvalidInputError

MOST_FIELDS = 20
_MOST_CHOICES = 12
_NUMBER = re.compile(r"[0-9]+")
_EXPECTED: Mapping[FieldKind, tuple[str, str]] = {
    FieldKind.OBJECT: ("an object", "un objet"),
    FieldKind.TEXT: ("a line of text", "une ligne de texte"),
    FieldKind.NAME: ("a name of a person", "un nom de personne"),
    FieldKind.EMAIL: ("an e-mail address", "une adresse électronique"),
    FieldKind.DAY: ("a day between 1900 and 2100, as 2026-12-31", "un jour entre 1900 et 2100, comme 2026-12-31"),
    FieldKind.INTEGER: ("a whole number", "un nombre entier"),
    FieldKind.BOOLEAN: ("true or false", "true ou false"),
    FieldKind.IDENTIFIER: ("an identifier from a list of this service", "un identifiant d'une liste de ce service"),
    FieldKind.CODE: ("a code", "un code"),
    FieldKind.SIRET: ("a SIRET, 14 digits", "un SIRET, 14 chiffres"),
    FieldKind.VERSION: ("the version that a list showed", "la version montrée par une liste"),
}
_NOTHING = ("nothing: the act has no such field", "rien : l'acte n'a pas ce champ")


class CallRefusedError(InvalidInputError):
    """Something in the call is wrong: each field by its path, with words."""


def told(refused: InvalidInputError, act: str, fields: Sequence[ActField]) -> CallRefusedError:
    """Return the same refusal with the paths of the act's own fields, and in words; the first `MOST_FIELDS` of them."""
    by_path = {one.path: one for one in fields}
    found: dict[str, str] = {}
    for name, reason in refused.fields.items():
        found.setdefault(_path(name, by_path), reason)
    found = dict(list(found.items())[:MOST_FIELDS])
    sentences = {path: _sentence(path, reason, act, by_path) for path, reason in found.items()}
    return CallRefusedError(
        f"{len(found)} fields are refused",
        reason=refused.reason,
        fields=found,
        details={**refused.details, **({"act": act} if act else {})},
        sentences=sentences,
    )


def _path(name: str, known: Mapping[str, ActField]) -> str:
    """The path of a field that a rule of the domain names alone: `email` is that of the person."""
    if name in known:
        return name
    for path in known:
        first, _, last = path.rpartition(".")
        if path.replace(".", "_") == name or (first and last == name):
            return path
        if first and name == f"{first.partition('_')[0]}_{last}":
            return path
    return name


def _sentence(path: str, reason: str, act: str, known: Mapping[str, ActField]) -> tuple[str, str]:
    why = brief(reason)
    place = (f"{path} of {act}", f"{path} de {act}") if act else (path, path)
    english, french = f"{place[0]}: {why.english}.", f"{place[1]} : {why.french}."
    expected = _expected(path, reason, act, known)
    if expected is None:
        return english, french
    return f"{english} Expected: {expected[0]}.", f"{french} Attendu : {expected[1]}."


def _expected(path: str, reason: str, act: str, known: Mapping[str, ActField]) -> tuple[str, str] | None:
    found = known.get(path) or known.get(_without_numbers(path))
    if found is None:
        return _NOTHING if act and reason == "FIELD_UNKNOWN" else None
    english, french = _EXPECTED[found.kind]
    if found.repeated and path == found.path:
        english, french = f"a list, each item {english}", f"une liste, chaque élément {french}"
    if found.longest:
        english, french = (
            f"{english}, at most {found.longest} characters",
            f"{french}, {found.longest} caractères au plus",
        )
    if found.choices:
        shown = ", ".join(found.choices[:_MOST_CHOICES]) + (", …" if len(found.choices) > _MOST_CHOICES else "")
        english, french = f"{english} ({shown})", f"{french} ({shown})"
    return (f"{english}, or null", f"{french}, ou null") if found.nullable else (english, french)


def _without_numbers(path: str) -> str:
    return ".".join(part for part in path.split(".") if not _NUMBER.fullmatch(part))
