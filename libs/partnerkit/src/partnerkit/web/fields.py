"""A form whose text is always clean, and fields for addresses and days.

`CleanForm` cleans every text field by itself, so no form can forget it; passwords and addresses stay as typed: the
first may hold anything, the second are refused rather than repaired (`partnerkit.email.checked_email`).
"""

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, PasswordField, SelectFieldBase, StringField, TextAreaField
from wtforms.csrf.core import CSRFTokenField

from partnerkit.days import EARLIEST, LATEST, InvalidDayError, iso_day, typed_day
from partnerkit.text import clean_block, clean_line
from partnerkit.web.sentences import DAY_SENTENCES


class AddressField(EmailField):
    """An e-mail address, kept as typed for `checked_email`."""


class DayField(DateField):
    """A day between 1900 and 2100. What was typed stays in the field when it is refused, with a sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        Raises:
            ValueError: the day does not exist or its year is implausible; shown beside the field.
        """
        text = "".join(valuelist).strip()
        self.data = None
        if not text:
            return
        try:
            self.data = typed_day(text)
        except InvalidDayError as refused:
            sentence = str(DAY_SENTENCES[refused.reason])
            raise ValueError(sentence % dict(refused.details) if refused.details else sentence) from refused

    def __call__(self, **attributes: Any) -> Any:
        """Draw the field; browsers empty a date field that holds no day, so a refused one is drawn as text."""
        if self._is_shown_by_browsers():
            attributes = {"min": EARLIEST.isoformat(), "max": LATEST.isoformat(), **attributes}
        else:
            attributes = {**attributes, "type": "text", "inputmode": "numeric"}
        return super().__call__(**attributes)

    def _is_shown_by_browsers(self) -> bool:
        typed = self._value()  # type: ignore[attr-defined]  # not in the stubs
        if not typed:
            return True
        try:
            iso_day(typed)
        except InvalidDayError as refused:
            return refused.reason == "DATE_YEAR" and len(typed) == len("0026-01-01") and typed[4] == "-"
        return True


class CleanForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form with its CSRF token, whose text is clean before anybody sees it."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        """How fields are bound."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Bind a field, cleaning first among its filters."""
            cleaning = _cleaning_of(unbound_field.field_class)
            if cleaning is not None:
                options = {**options, "filters": [cleaning, *unbound_field.kwargs.get("filters", ())]}
            return super().bind_field(form, unbound_field, options)


def _cleaning_of(field_class: type) -> Callable[[Any], Any] | None:
    if issubclass(field_class, SelectFieldBase):
        return _choices
    if not issubclass(field_class, StringField) or issubclass(
        field_class, PasswordField | AddressField | CSRFTokenField
    ):
        return None
    return _block if issubclass(field_class, TextAreaField) else _line


def _choices(chosen: Any) -> Any:
    """Values of a list are sent by whoever wants to: none may hold what no choice holds."""
    if isinstance(chosen, list | tuple):
        return [clean_line(one) if isinstance(one, str) else one for one in chosen]
    return clean_line(chosen) if isinstance(chosen, str) else chosen


def _line(text: str | None) -> str | None:
    return None if text is None else clean_line(text)


def _block(text: str | None) -> str | None:
    return None if text is None else clean_block(text)
