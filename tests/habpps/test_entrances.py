"""Every place where something typed or imported enters habpps passes the one check of its kind."""

import ast
from collections.abc import Iterator
from pathlib import Path

import habpps
from tests.promises import promise

SOURCES = sorted(Path(habpps.__file__).parent.rglob("*.py"))
ROWS = {"adapters/database/invitations.py", "adapters/database/people.py", "adapters/database/people_rows.py"}
"""Modules that make values of rows, which were checked before they were written."""


def trees() -> Iterator[tuple[str, ast.Module]]:
    root = Path(habpps.__file__).parent
    for path in SOURCES:
        yield path.relative_to(root).as_posix(), ast.parse(path.read_text())


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def asks_for_an_address(node: ast.AST) -> bool:
    """`form.email.data`, `arguments.email`, `item.text("email")`: an address that comes from outside."""
    if isinstance(node, ast.Call) and called(node) in {"text", "address", "get"}:
        return any(isinstance(one, ast.Constant) and one.value == "email" for one in node.args)
    if isinstance(node, ast.Attribute) and node.attr == "email":
        return isinstance(node.value, ast.Name) and node.value.id in {"form", "arguments", "args", "request"}
    return False


@promise("addresses:checked-at-every-entrance")
def test_every_address_that_enters_is_given_to_the_one_check() -> None:
    entrances, unchecked = 0, []
    for name, tree in trees():
        checked = {
            id(inner)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and called(call) == "person_typed"
            for inner in ast.walk(call)
        }
        for node in ast.walk(tree):
            if asks_for_an_address(node):
                entrances += 1
                if id(node) not in checked:
                    unchecked.append(f"{name}:{getattr(node, 'lineno', 0)}")
    assert unchecked == []
    assert entrances >= 4  # two forms, the file of organisations, the command line


def test_only_the_check_and_rows_make_a_person() -> None:
    makers = {
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "Person"
    }
    assert makers == {"domain/people.py", *ROWS}


def test_forms_are_clean_forms_with_the_shared_fields() -> None:
    bare = {"DateField", "DateTimeField", "EmailField", "FlaskForm"}
    found = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Call) and called(node) in bare)
        or (isinstance(node, ast.ClassDef) and {getattr(base, "id", "") for base in node.bases} & bare)
    ]
    assert found == []
    forms = next(tree for name, tree in trees() if name == "adapters/web/forms.py")
    for node in ast.walk(forms):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            field = getattr(node.targets[0], "id", "")
            assert not field.endswith("_on") or called(node.value) == "DayField", field
            assert "mail" not in field or called(node.value) == "AddressField", field


@promise("dates:no-overflow")
def test_days_are_read_and_moved_only_where_nothing_overflows() -> None:
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in {"fromisoformat", "strptime"}:
                found.append(f"{name}:{node.lineno} reads a day by itself")
            if isinstance(node, ast.BinOp) and any(
                isinstance(one, ast.Call)
                and called(one) == "timedelta"
                and any(word.arg in {"days", "weeks"} for word in one.keywords)
                for one in ast.walk(node)
            ):
                found.append(f"{name}:{node.lineno} adds days by itself")
            if isinstance(node, ast.Attribute) and ast.unparse(node) in {"date.min", "date.max"}:
                found.append(f"{name}:{node.lineno} uses an end of the calendar")
    assert found == []
