"""`callers.toml`: nobody is the default, and no method may be forgotten."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.errors import StartError
from servicekit.rpc.callers import CallerPolicy

SERVICE: Any = SimpleNamespace(full_name="partenaire.x.v1.X", methods_by_name={"Read": None, "Write": None})
GOOD = '["partenaire.x.v1.X"]\nRead = ["cdap", "auth"]\nWrite = []\n'


def test_only_the_named_services_may_call() -> None:
    policy = CallerPolicy.parse(GOOD, [SERVICE])
    assert policy.allows("/partenaire.x.v1.X/Read", "cdap")
    assert not policy.allows("/partenaire.x.v1.X/Read", "habpps")
    assert not policy.allows("/partenaire.x.v1.X/Write", "cdap")
    assert not policy.allows("/partenaire.x.v1.X/Unknown", "cdap")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('["partenaire.x.v1.X"]\nRead = []\n', "without a line: Write"),
        (GOOD + "Delete = []\n", "named Delete"),
        (GOOD + '["partenaire.y.v1.Y"]\nRead = []\n', "no service named partenaire.y.v1.Y"),
        ("", "service without a line: partenaire.x.v1.X"),
        ('["partenaire.x.v1.X"]\nRead = "cdap"\nWrite = []\n', "Read must be a list"),
        ('["partenaire.x.v1.X"]\nRead = ["*"]\nWrite = []\n', "Read must be a list"),
        ('["partenaire.x.v1.X"]\nRead = [1]\nWrite = []\n', "Read must be a list"),
        ('"partenaire.x.v1.X" = 1\n', "must be a table"),
        ("[", "not TOML"),
    ],
)
def test_a_list_that_does_not_fit_the_methods_stops_the_start(text: str, sentence: str) -> None:
    with pytest.raises(StartError, match=sentence):
        CallerPolicy.parse(text, [SERVICE])


def test_the_file_is_named_in_the_sentence(tmp_path: Path) -> None:
    file = tmp_path / "callers.toml"
    with pytest.raises(StartError, match=r"callers\.toml cannot be read"):
        CallerPolicy.load(file, [SERVICE])
    file.write_text("[", encoding="utf-8")
    with pytest.raises(StartError, match=r"callers\.toml: not TOML"):
        CallerPolicy.load(file, [SERVICE])
    file.write_text(GOOD, encoding="utf-8")
    assert CallerPolicy.load(file, [SERVICE]).serves("partenaire.x.v1.X")


@given(st.text(max_size=200))
def test_any_text_is_a_policy_or_one_clear_refusal(text: str) -> None:
    try:
        policy = CallerPolicy.parse(text, [SERVICE])
    except StartError:
        return
    assert set(policy.table()) == {"/partenaire.x.v1.X/Read", "/partenaire.x.v1.X/Write"}


@given(st.text(), st.text())
def test_what_is_not_written_is_not_allowed(method: str, caller: str) -> None:
    policy = CallerPolicy.parse(GOOD, [SERVICE])
    allowed = method == "/partenaire.x.v1.X/Read" and caller in {"cdap", "auth"}
    assert policy.allows(method, caller) is allowed
