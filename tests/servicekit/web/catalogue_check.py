"""Finds what is not translated: French sentences of templates and code that the English catalogue does not have.

A test of a service: `assert untranslated(Path(cdap.adapters.web.__file__).parent) == []`.
By hand: `python -m tests.servicekit.web.catalogue_check services/cdap/src/cdap/adapters/web` prints the missing
entries in the form of the catalogue, to be filled in and appended to translations/en/LC_MESSAGES/messages.po.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
_OPTIONS = {"**/templates/**.html": {"silent": "false", "trimmed": "false"}}
_KEYWORDS: dict[str, tuple[int, ...] | None] = dict.fromkeys(("_", "_l", "N_", "gettext", "lazy_gettext")) | {
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")


def sentences(package: Path) -> Iterator[str | tuple[str, ...]]:
    """Every msgid of a package's folder (a pair for singular and plural)."""
    found = extract_from_dir(str(package), _METHODS, _OPTIONS, keywords=_KEYWORDS)
    seen: set[object] = set()
    for _path, _line, message, _comments, _context in found:
        if message not in seen:
            seen.add(message)
            yield tuple(message) if isinstance(message, list | tuple) else message


def english(package: Path) -> Catalog:
    """The English catalogue of a package; an empty one when there is no file."""
    path = package / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def untranslated(package: Path, said_in: Path | None = None) -> list[str]:
    """The msgids without English, or whose English loses a placeholder or is marked fuzzy. `said_in`: the folder of the
    sentences when it is not the one that holds the catalogue."""
    catalogue = english(package)
    return [str(message) for message in sentences(said_in or package) if not _is_translated(catalogue.get(message))]


def unused(package: Path, said_in: Path | None = None) -> list[str]:
    """The msgids of the catalogue that the package, or the folder `said_in`, does not say any more."""
    said = {message if isinstance(message, str) else message[0] for message in sentences(said_in or package)}
    entries = (entry.id if isinstance(entry.id, str) else entry.id[0] for entry in english(package) if entry.id)
    return [entry for entry in entries if entry not in said]


def _is_translated(entry: Message | None) -> bool:
    if entry is None or entry.fuzzy or not entry.string:
        return False
    ids = [entry.id] if isinstance(entry.id, str) else list(entry.id)
    strings = [entry.string] if isinstance(entry.string, str) else list(entry.string)
    needed = set(_PLACEHOLDER.findall(ids[-1]))
    return all(text and set(_PLACEHOLDER.findall(text)) <= needed for text in strings) and (
        set(_PLACEHOLDER.findall(strings[-1])) == needed
    )


def main() -> None:
    """Prints what is missing."""
    package = Path(sys.argv[1])
    missing = set(untranslated(package))
    for message in sentences(package):
        if str(message) not in missing:
            continue
        ids = [message] if isinstance(message, str) else list(message)
        names = ["msgid", "msgid_plural"]
        for name, text in zip(names, ids, strict=False):
            sys.stdout.write(f"{name} {_quoted(text)}\n")
        sys.stdout.write("".join(f'msgstr[{n}] ""\n' for n in range(2)) if len(ids) > 1 else 'msgstr ""\n')
        sys.stdout.write("\n")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    main()
