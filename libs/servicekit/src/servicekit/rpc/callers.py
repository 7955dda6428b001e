"""Who may call which method, read from `callers.toml`. Nobody is the default.

    ["partenaire.habpps.v1.RightsFeed"]
    GetSnapshot = ["auth", "cdap"]
    Reindex = []                       # nobody yet, but said

The file must name every method of every service that the process serves, and nothing else: a new method without a
line, or a line without its method, stops the start. A person's access token never replaces the service's right to call.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from google.protobuf.descriptor import ServiceDescriptor

from servicekit.errors import StartError

_CALLER = re.compile(r"[a-z][a-z0-9-]*")


class CallerPolicy:
    """For each method, the services that may call it."""

    def __init__(self, allowed: Mapping[str, frozenset[str]]) -> None:
        """`allowed` maps /package.Service/Method to the names of services."""
        self._allowed = dict(allowed)

    @classmethod
    def load(cls, path: Path, services: Sequence[ServiceDescriptor]) -> "CallerPolicy":
        """The policy of the file, held against the methods that exist.

        Raises:
            StartError: unreadable, a name that does not exist, a method without a line, or not a list of names.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise StartError(f"The list of callers {path} cannot be read: {error}.") from error
        try:
            return cls.parse(text, services)
        except StartError as error:
            raise StartError(f"{path}: {error}") from error

    @classmethod
    def parse(cls, text: str, services: Sequence[ServiceDescriptor]) -> "CallerPolicy":
        """As `load`, from the text of the file.

        Raises:
            StartError: as for `load`.
        """
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise StartError(f"not TOML: {error}") from error
        methods = {service.full_name: set(service.methods_by_name) for service in services}
        _refuse_difference("service", set(document), set(methods))
        allowed: dict[str, frozenset[str]] = {}
        for service, lines in document.items():
            if not isinstance(lines, dict):
                raise StartError(f"{service} must be a table of methods")
            _refuse_difference(f"method of {service}", set(lines), methods[service])
            allowed |= {f"/{service}/{method}": _names(method, callers) for method, callers in lines.items()}
        return cls(allowed)

    def allows(self, method: str, caller: str) -> bool:
        """Whether `caller` (a service name) may call `method` (/package.Service/Method)."""
        return caller in self._allowed.get(method, frozenset())

    def serves(self, service: str) -> bool:
        """Whether the policy speaks of this service (package.Service)."""
        return any(method.startswith(f"/{service}/") for method in self._allowed)

    def table(self) -> Mapping[str, frozenset[str]]:
        """The whole policy, for documentation tests."""
        return dict(self._allowed)


def _refuse_difference(what: str, written: set[str], existing: set[str]) -> None:
    if unknown := sorted(written - existing):
        raise StartError(f"there is no {what} named {', '.join(unknown)}")
    if missing := sorted(existing - written):
        raise StartError(f"{what} without a line: {', '.join(missing)} (write [] for nobody)")


def _names(method: str, callers: object) -> frozenset[str]:
    if not isinstance(callers, list) or not all(isinstance(name, str) and _CALLER.fullmatch(name) for name in callers):
        raise StartError(f"{method} must be a list of service names")
    return frozenset(callers)
