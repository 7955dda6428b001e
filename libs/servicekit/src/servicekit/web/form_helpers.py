"""What the form macros ask about a WTForms field: is it a group, where does a link to it go, which attributes."""

from collections.abc import Mapping
from typing import Any

import wtforms
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectFieldBase, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget, RadioInput, Select

from servicekit.web.repeats import once_token


class Needed:
    """Marks a field as needed; the use case says so when it is missing, in its own words."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads this attribute

    def __call__(self, _form: Any, _field: Any) -> None:
        """Leave it to the use case."""


class Checkboxes(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def choice(value: str, label: object) -> Any:
    """One choice of a list, of radios or of checkboxes: WTForms no longer likes pairs. `label` may be lazy."""
    return wtforms.SelectChoice(value, label)  # type: ignore[attr-defined] # not in the stubs yet


def is_group(field: Field) -> bool:
    """Whether the field is drawn as several radios or checkboxes, so needs a fieldset with a legend."""
    if isinstance(field, RadioField):
        return True
    if not isinstance(field, SelectMultipleField):
        return False
    return isinstance(field.widget, ListWidget) or isinstance(field.option_widget, CheckboxInput | RadioInput)


def anchor_of(field: Field) -> str:
    """The id a link of the error summary goes to: the first choice of a group, else the field."""
    return f"{field.id}-0" if is_group(field) else str(field.id)


def first_error(field: Field) -> str:
    """The sentence to show beside the field; of a field list, the first one found."""
    errors: Any = field.errors
    while isinstance(errors, list | tuple | dict) and errors:
        errors = next(iter(errors.values())) if isinstance(errors, dict) else errors[0]
    return str(errors or "")


def described_by(field: Field, hint: str) -> str:
    """The ids of hint and error, for aria-describedby."""
    return " ".join([f"{field.id}-{part}" for part, there in (("hint", hint), ("error", field.errors)) if there])


def control_of(field: Field, hint: str, width: str, attributes: Mapping[str, object]) -> str:
    """The control itself with its classes and what links it to its hint and error."""
    given = dict(attributes)
    base = "form-select" if isinstance(field, SelectFieldBase) and isinstance(field.widget, Select) else "form-control"
    if isinstance(field, BooleanField):
        base = "form-check-input"
    classes = [base, f"mcp-{width}" if width else "", "is-invalid" if field.errors else "", str(given.pop("class", ""))]
    given["class"] = " ".join(filter(None, classes))
    if described := described_by(field, hint):
        given["aria-describedby"] = described
    if field.errors:
        given["aria-invalid"] = "true"
    return field(**given)


def is_hidden(field: Field) -> bool:
    """Whether the field is drawn without a label."""
    return isinstance(field, HiddenField) or field.type == "CSRFTokenField"


FORM_GLOBALS = {
    "once_token": once_token,
    "form_marks": dict,
    "form_is_group": is_group,
    "form_is_hidden": is_hidden,
    "form_anchor_of": anchor_of,
    "form_first_error": first_error,
    "form_described_by": described_by,
    "form_control_of": control_of,
}
