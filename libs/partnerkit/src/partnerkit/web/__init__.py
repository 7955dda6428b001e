"""Fields of forms that every service shares: clean text, addresses, days. Their sentences are in `translations/`."""

from partnerkit.web.fields import AddressField, CleanForm, DayField
from partnerkit.web.readers import TEMPLATES, PageHelpers, account_of_reader, speak_to_readers
from partnerkit.web.sentences import ADDRESS_SENTENCES, DAY_SENTENCES, TEXT_SENTENCES, TRANSLATIONS

__all__ = [
    "ADDRESS_SENTENCES",
    "DAY_SENTENCES",
    "TEMPLATES",
    "TEXT_SENTENCES",
    "TRANSLATIONS",
    "AddressField",
    "CleanForm",
    "DayField",
    "PageHelpers",
    "account_of_reader",
    "speak_to_readers",
]
