"""What a service tells the journal that its events are called: its own file, and the catalogue of reasons."""

from importlib.resources import files
from pathlib import Path

from partnerkit.reasons import CATALOGUE
from servicekit.event_words import REASON, Word, read_words


def words_of(service: str) -> tuple[Word, ...]:
    """The words in `data/journal.toml` of the package of a service, and every reason in a few words.

    Raises:
        StartError: the file is missing or holds what no words are.
    """
    reasons = (
        Word(kind=REASON, code=one.code, french=one.brief.french, english=one.brief.english)
        for one in CATALOGUE.values()
    )
    return read_words(Path(str(files(service))) / "data" / "journal.toml", service, reasons)
