"""The types of events and the keys of payloads that the sources of a service name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT, SERVICES

_FULL_NAME = re.compile(rf"({'|'.join(SERVICES)})\.[a-z_]+\.[a-z_]+")
_SHORT_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
_MAKERS = ("done", "granted", "refused")  # of auth.people.use_cases.events, which adds the name of the service
_EVENT_MAKERS = frozenset((*_MAKERS, "_event", "canonical_json", "AuditEvent", "Note"))
_HOLDERS = frozenset(("what", "where", "told", "payload", "details", "content", "named", "more"))
_COLUMNS = frozenset(
    ("event_id", "type", "occurred_at", "occurred_at_us", "decision", "owner", "actor_id", "organisation_id")
) | frozenset(
    ("subject", "policy", "reason", "rights_revision", "revision", "payload", "details", "reference", "label")
)


def trees(service: str, *folders: str) -> Iterator[ast.Module]:
    """The sources of a service; of the layers named only, if any are."""
    source = ROOT / "services" / service / "src" / service
    for path in sorted(source.rglob("*.py")):
        if not folders or set(folders) & set(path.parent.relative_to(source).parts):
            yield ast.parse(Path(path).read_text(encoding="utf-8"))


def types_in(service: str) -> Iterator[str]:
    """The types that the use cases and the domain of a service name."""
    for tree in trees(service, "use_cases", "domain"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _FULL_NAME.fullmatch(node.value):
                yield node.value
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MAKERS:
                words = (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
                yield from (f"{service}.{word}" for word in words if _SHORT_NAME.fullmatch(word))


def keys_written(service: str) -> set[str]:
    """The keys of dictionaries that become payloads, and the named arguments of what makes events."""
    return {key for tree in trees(service, "use_cases") for node in ast.walk(tree) for key in _keys(node)}


def named_in(service: str) -> set[str]:
    """Every text, name of an argument, field and attribute in the sources of a service."""
    found: set[str] = set()
    for tree in trees(service):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, node.value.partition(":")[0]}
            elif isinstance(node, ast.keyword) and node.arg:
                found.add(node.arg)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
    return found


def _keys_of(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Dict):
            for key in inner.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value


def _keys(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _EVENT_MAKERS:
            yield from (one.arg for one in node.keywords if one.arg and one.arg not in _COLUMNS)
            for argument in (*node.args, *(one.value for one in node.keywords)):
                yield from _keys_of(argument)
        yield from (key for one in node.keywords if one.arg in _HOLDERS for key in _keys_of(one.value))
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if any(isinstance(one, ast.Name) and one.id in _HOLDERS for one in targets):
        yield from _keys_of(node)
