"""The content of each act is data: it is written as JSON and read again, and nothing else is read."""

import inspect
import json

import pytest

from habpps.adapters.acts_as_json import ActsAsJson
from habpps.domain.refusals import FormRefusedError, UnknownThingError
from habpps.use_cases.act_kinds import ActKind
from habpps.use_cases.acts import ACTS
from tests.habpps.act_samples import sample
from tests.promises import promise

JSON = ActsAsJson(ACTS)
by_name = pytest.mark.parametrize("kind", ACTS.kinds, ids=lambda kind: kind.name)


@by_name
@promise("acts:are-data")
@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("text", ["Texte", 'Crèche « L\'Éveil » \\ "à" 🙂', ""])
def test_an_act_written_as_json_and_read_again_is_the_same(kind: ActKind, text: str, filled: bool) -> None:
    act = sample(kind, text, filled=filled)
    kind = ACTS.of(act)  # a departure without a day is the other act
    name, content = JSON.written(act)
    assert JSON.read(name, json.loads(json.dumps(content))) == act
    assert name == kind.name
    assert not content.keys() & kind.fixed.keys(), "the name says it already"


@by_name
def test_what_is_not_the_content_of_an_act_is_refused_by_field(kind: ActKind) -> None:
    content = JSON.written(sample(kind))[1]
    for name, value in {"more": "FIELD_UNKNOWN", **dict.fromkeys(content, "FIELD_MALFORMED")}.items():
        with pytest.raises(FormRefusedError) as refused:
            JSON.read(kind.name, {**content, name: 2.5})
        found = {(path.split(".")[0], reason) for path, reason in refused.value.fields.items()}
        assert found == {(name, value)}


@by_name
def test_a_field_that_is_missing_or_said_twice_is_refused(kind: ActKind) -> None:
    required = [name for name, one in inspect.signature(kind.content).parameters.items() if one.default is one.empty]
    with pytest.raises(FormRefusedError) as missing:
        JSON.read(kind.name, {})
    assert missing.value.fields == {name: "FIELD_MISSING" for name in required if name not in kind.fixed}
    for name, value in kind.fixed.items():
        with pytest.raises(FormRefusedError) as twice:
            JSON.read(kind.name, {**JSON.written(sample(kind))[1], name: value})
        assert twice.value.fields == {name: "FIELD_UNKNOWN"}


def test_an_act_of_no_name_is_unknown() -> None:
    with pytest.raises(UnknownThingError):
        JSON.read("habpps.convention.burnt", {})


def test_a_name_that_says_something_else_than_the_content_is_refused() -> None:
    with pytest.raises(FormRefusedError):
        JSON.read("habpps.user.departure_noted", {"user_id": "u", "departs_on": None})
