"""What a program may send for every field of every act: it is told by field, or kept as pages keep it."""

import contextlib
import itertools
import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from habpps.adapters.acts_as_json import ActsAsJson, object_in
from habpps.adapters.files.catalogue import load_catalogue
from habpps.adapters.rpc.administration import LONGEST_CONTENT
from habpps.adapters.rpc.told_fields import MOST_FIELDS
from habpps.adapters.web.sentences import FIELD_SENTENCES
from habpps.domain.refusals import FormRefusedError
from habpps.domain.soundness import require_sound
from habpps.use_cases.act_fields import ActField, Choices, FieldKind, fields_of, made_clean
from habpps.use_cases.acts import ACTS
from partenaire.habpps.v1 import administration_pb2 as pb
from partnerkit.reasons import CATALOGUE
from servicekit.errors import InvalidInputError, ServiceError
from servicekit.rpc.channel import bearer
from tests.habpps.act_samples import sample
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.adapters.programs import Program, an_act, serving
from tests.promises import promise
from tests.servicekit.rpc.serving import Authority

JSON = ActsAsJson(ACTS)
CHOICES = Choices(load_catalogue(), ("cdap",))
FIELDS = {kind.name: fields_of(ACTS, kind, CHOICES) for kind in ACTS.kinds if kind.by}
EACH = [(name, field) for name, fields in FIELDS.items() for field in fields]
ids = [f"{name} {field.path}" for name, field in EACH]
NO_TEXT = ["\ud800", "a\udfffb", 4, True, 1.5, {"a": 1}, [["a"]], float("nan"), float("inf"), None]
ODD: dict[FieldKind, list[Any]] = {
    FieldKind.OBJECT: ["x", 1, [1], True, {"more": 1}],
    FieldKind.TEXT: NO_TEXT,
    FieldKind.NAME: NO_TEXT,
    FieldKind.EMAIL: NO_TEXT,
    FieldKind.SIRET: NO_TEXT,
    FieldKind.CODE: NO_TEXT,
    FieldKind.IDENTIFIER: NO_TEXT,
    FieldKind.VERSION: [one for one in NO_TEXT if one is not None],
    FieldKind.DAY: [
        *("2020-00-00", "2026-02-30", "26-01-01", "2026-1-1", "20260101", "2026-01-01T00:00:00", "demain", "", " "),
        *("١٩٩٠-٠١-٠١", "2026-01-01\u0000", 20_260_101, 1e400, True, ["2026-01-01"], {}),
        *("0026-01-01", "1899-12-31", "2101-01-01", "9999-12-31"),
    ],
    FieldKind.INTEGER: ["1", 1.5, 1.0, float("nan"), float("-inf"), True, [], {}],
    FieldKind.BOOLEAN: ["true", 0, 1, "yes", [], {}],
}
LINES = {FieldKind.TEXT, FieldKind.NAME}


@pytest.fixture
def program(on_sqlite: Habpps, authority: Authority) -> Iterator[Program]:
    with serving(on_sqlite, authority) as opened:
        yield opened


def content_with(name: str, field: ActField, value: Any) -> dict[str, Any]:
    """A right content of an act with another value in one place."""
    content: dict[str, Any] = json.loads(json.dumps(JSON.written(sample(ACTS.named(name)))[1]))
    *way, last = field.path.split(".")
    inner = content
    for part in way:
        inner = inner[part]
    inner[last] = [value] if field.repeated and not isinstance(value, list) else value
    return content


@promise("program:fields-are-told-in-words")
@pytest.mark.parametrize(("name", "field"), EACH, ids=ids)
def test_a_value_of_another_form_is_told_by_its_field_and_nothing_else_is(name: str, field: ActField) -> None:
    for odd in ODD[field.kind]:
        if odd is None and field.nullable and not field.repeated:
            continue
        text = json.dumps(content_with(name, field, odd))
        with pytest.raises(FormRefusedError) as refused:
            require_sound(made_clean(JSON.read(name, object_in(text, "content"))))
        last = field.path.rpartition(".")[2]
        for path, reason in refused.value.fields.items():
            assert path.startswith(field.path) or path == last, (odd, refused.value.fields)
            assert reason in {"FIELD_MALFORMED", "FIELD_UNKNOWN", "FIELD_MISSING", "DATE_YEAR"}, (odd, reason)


@promise("program:acts-are-told")
@pytest.mark.parametrize(("name", "field"), EACH, ids=ids)
def test_what_is_told_of_a_field_is_true(name: str, field: ActField) -> None:
    """A required one may not be left out; null is a value where it is told; longest is that of the act itself."""
    content = content_with(name, field, None)
    if field.nullable:
        JSON.read(name, content if not field.repeated else _with_null(name, field))
    *way, last = field.path.split(".")
    inner = content
    for part in way:
        inner = inner[part]
    del inner[last]
    if field.required:
        with pytest.raises(FormRefusedError) as refused:
            JSON.read(name, content)
        assert refused.value.fields == {field.path: "FIELD_MISSING"}
    else:
        JSON.read(name, content)


def _with_null(name: str, field: ActField) -> dict[str, Any]:
    return {**JSON.written(sample(ACTS.named(name)))[1], field.path: None}


@promise("program:typed-text-as-on-pages")
@pytest.mark.parametrize(("name", "field"), [one for one in EACH if one[1].kind in LINES], ids=lambda one: str(one))
def test_a_text_from_word_or_from_a_mac_is_kept_as_a_page_keeps_it(name: str, field: ActField) -> None:
    typed = unicodedata.normalize("NFD", "Éve\u200b\u00a0L’Hôte\u0000\u202e ")
    content = content_with(name, field, typed)
    act = made_clean(JSON.read(name, object_in(json.dumps(content), "content")))
    found: Any = JSON.written(act)[1]
    for part in field.path.split("."):
        found = found[part]
    assert found == ("Éve L'Hôte" if field.kind is FieldKind.NAME else "Éve L’Hôte")
    require_sound(act)


UNREADABLE = {
    "nothing": "",
    "a list": "[]",
    "a text": '"x"',
    "a number": "1e400",
    "null": "null",
    "half an object": '{"user_id": ',
    "two objects": "{} {}",
    "a comment": "{} // x",
    "single quotes": "{'user_id': 'x'}",
    "deep lists": "[" * 100_0,
    "deep objects": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "a number of 5000 digits": '{"a": ' + "9" * 5_000 + "}",
    "too long": json.dumps({"reason": "x" * LONGEST_CONTENT}),
    "a mark at the beginning": "\ufeff{}",
}


@promise("program:fields-are-told-in-words")
@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_content_that_is_no_object_is_told_as_content(program: Program, kind: str) -> None:
    partner = program.habpps.all.ready().partner
    with pytest.raises(InvalidInputError) as refused:
        program.perform(partner, an_act("habpps.user.locked", UNREADABLE[kind]))
    assert set(refused.value.fields) == {"content"}


@pytest.mark.parametrize(
    "text", ['{"user_id":"a","user_id":"b","reason":"x"}', '{"reason":"x","user_id":"a","reason":"y"}']
)
def test_a_field_said_twice_is_refused(text: str) -> None:
    with pytest.raises(FormRefusedError) as refused:
        object_in(text, "content")
    assert list(refused.value.fields.values()) == ["FIELD_TWICE"]


@promise("program:fields-are-told-in-words")
def test_a_refusal_says_field_act_and_what_is_expected_in_both_languages(program: Program) -> None:
    partner = program.habpps.all.ready().partner
    wrong = {"person": {"given_name": "Lou", "family_name": "1", "email": "x"}, "job_title": "x" * 81, "extra": 1}
    for content, expected in ((wrong, {"extra"}), ({**wrong, "extra": None}, {"extra"}), ({"person": 1}, {"person"})):
        found = _violations(program, partner, content)
        assert expected <= found.keys()
    del wrong["extra"]
    found = _violations(program, partner, wrong)
    assert found.keys() == {"person.family_name", "person.email"}, "as the rules of the domain name them"
    email = found["person.email"]
    assert email.reason == "EMAIL_MALFORMED"
    assert email.description == (
        "person.email of habpps.invitation.sent: Wrong e-mail address. Expected: an e-mail address, "
        "at most 254 characters."
    )
    assert email.localized_message.locale == "fr"
    assert email.localized_message.message == (
        "person.email de habpps.invitation.sent : Adresse électronique incorrecte. Attendu : une adresse électronique, "
        "254 caractères au plus."
    )


def _violations(program: Program, by: Any, content: Any) -> dict[str, Any]:
    request = pb.PerformRequest(idempotency_key="key-0001", act=an_act("habpps.invitation.sent", content))
    with program.stub() as stub, pytest.raises(grpc.RpcError) as refused:
        stub.Perform(request, metadata=tuple(bearer(program.token(by))), timeout=10)
    failed: Any = refused.value
    details = dict(failed.trailing_metadata())["grpc-status-details-bin"]
    bad, info = error_details_pb2.BadRequest(), error_details_pb2.ErrorInfo()
    for packed in status_pb2.Status.FromString(details).details:
        for known in (bad, info):
            if packed.Is(known.DESCRIPTOR):
                packed.Unpack(known)
    assert info.metadata["act"] == "habpps.invitation.sent"
    return {one.field: one for one in bad.field_violations}


def test_many_wrong_fields_with_long_odd_names_still_fit_into_an_answer(program: Program) -> None:
    partner = program.habpps.all.ready().partner
    content = {f"{number}\ud800\u202e\n{'x' * 500}": 1 for number in range(100)}
    with pytest.raises(InvalidInputError) as refused:
        program.perform(partner, an_act("habpps.invitation.sent", content))
    assert MOST_FIELDS // 2 < len(refused.value.fields) <= MOST_FIELDS
    assert all(name.isascii() and name.isprintable() for name in refused.value.fields)


TEXTS = {
    "NUL": "a\u0000b",
    "invisible": "\u200b\u202e",
    "a Mac": unicodedata.normalize("NFD", "é"),
    "quotes": "'; DROP TABLE request; --",
    "a pattern": "%_\\",
    "long": "x" * 5_000,
    "odd digits": "١",
}
METHODS = tuple(pb.DESCRIPTOR.services_by_name["Administration"].methods_by_name)


@pytest.mark.parametrize("method", METHODS)
def test_no_text_in_any_field_of_any_call_is_a_fault_of_the_service(
    habpps: Habpps, authority: Authority, method: str
) -> None:
    made = getattr(pb, f"{method}Request")
    texts = [field.name for field in made.DESCRIPTOR.fields if field.type == field.TYPE_STRING]
    with serving(habpps, authority) as program:
        tokens = [program.token(by) for by in (habpps.all.ready().partner, habpps.all.caf)]
        for token, name, kind in itertools.product(tokens, texts, TEXTS):
            request = made(**{name: TEXTS[kind]})
            if hasattr(request, "act"):
                request.act.CopyFrom(an_act("habpps.user.locked", {"user_id": TEXTS[kind], "reason": TEXTS[kind]}))
            if hasattr(request, "decision"):
                request.decision = pb.DECISION_APPROVE
            assert refused_as(program, method, request, token) != "INTERNAL", (name, kind)


def refused_as(program: Program, method: str, request: Any, token: str) -> str:
    """The reason on the wire; empty when the call is answered."""
    try:
        program.call(method, request, token)
    except ServiceError as refused:
        return refused.reason
    return ""


PAGES = [pb.Page(size=101), pb.Page(size=2**32 - 1), pb.Page(number=2**32 - 1), pb.Page(number=100_001)]


@pytest.mark.parametrize("page", PAGES, ids=str)
@pytest.mark.parametrize("method", [one for one in METHODS if one.startswith("List")])
def test_a_list_is_never_asked_for_more_than_a_page(program: Program, method: str, page: pb.Page) -> None:
    made = getattr(pb, f"{method}Request")
    with pytest.raises(InvalidInputError) as refused:
        program.call(method, made(page=page), program.habpps.all.ready().partner)
    assert set(refused.value.fields) <= {"page.size", "page.number"}


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space", "é" * 8, "a\nb-00000", "a/b-00000"])
def test_a_key_is_one_or_refused(program: Program, key: str) -> None:
    commune = program.habpps.all.ready()
    with pytest.raises(InvalidInputError) as refused:
        program.perform(commune.partner, an_act("habpps.group.created", {"name": "Autre", "profile": "T2"}), key)
    assert set(refused.value.fields) == {"idempotency_key"}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300)
@given(
    name=st.sampled_from(sorted(FIELDS)),
    content=st.dictionaries(st.sampled_from(sorted({field.path for _, field in EACH})), JSON_VALUES, max_size=4),
)
def test_whatever_is_sent_is_an_act_or_refused_by_field(name: str, content: dict[str, Any]) -> None:
    with contextlib.suppress(FormRefusedError):  # no other failure
        require_sound(made_clean(JSON.read(name, object_in(json.dumps(content), "content"))))


def test_every_reason_that_a_field_can_have_is_told_in_words() -> None:
    assert set(FIELD_SENTENCES) - {"NUMBER_MALFORMED"} <= CATALOGUE.keys()
