"""Documents in the database: their size, their dictionaries, and that what was written stays readable."""

from datetime import date

import orjson
import pytest
import zstandard
from sqlalchemy import insert, update

from cdap.adapters.database.documents import Documents
from cdap.adapters.database.tables import document_dictionary, dossier
from cdap.domain.dossier import DossierKey
from cdap.domain.timeless import timeless
from onebox.dossiers.generator import generate
from tests.cdap.adapters.conftest import Cdap
from tests.cdap.builders import the_document
from tests.promises import promise

KEY = DossierKey("921", "0346145")
OLDER = 32_771


def an_older_dictionary() -> zstandard.ZstdCompressionDict:
    samples: list[bytes | bytearray | memoryview] = [
        orjson.dumps(timeless(document, "2026-11")) for document in generate(3, 300, date(2026, 11, 1))
    ]
    return zstandard.train_dictionary(4096, samples, dict_id=OLDER)


@promise("cdap:old-documents-stay-readable")
def test_what_an_older_dictionary_compressed_is_read_with_the_one_that_the_database_keeps(cdap: Cdap) -> None:
    older = an_older_dictionary()
    stored = orjson.dumps(timeless(the_document(), "2026-11"))
    frame = zstandard.ZstdCompressor(dict_data=older).compress(stored)
    with pytest.raises(zstandard.ZstdError, match=str(OLDER)):
        cdap.database.read(lambda connection: Documents().opened(connection, frame))

    cdap.database.write(
        lambda connection: connection.execute(
            insert(document_dictionary).values(number=OLDER, content=older.as_bytes())
        )
    )
    cdap.database.write(
        lambda connection: connection.execute(
            update(dossier).where(dossier.c.matricule == KEY.matricule).values(document=frame)
        )
    )
    found = cdap.work.read(lambda repos: repos.dossiers.find(KEY).read().document)  # type: ignore[union-attr]
    assert found == the_document()


def test_a_frame_names_its_dictionary_and_the_database_has_it(cdap: Cdap) -> None:
    frame = cdap.database.write(lambda connection: Documents().packed(connection, b'{"a":1}'))
    number = zstandard.get_frame_parameters(frame).dict_id
    assert number > 0
    assert cdap.database.read(lambda connection: Documents().opened(connection, frame)) == b'{"a":1}'


@pytest.mark.parametrize("frame", [b"", b"x", bytes(40)])
def test_a_damaged_frame_is_said_and_not_shown(on_sqlite: Cdap, frame: bytes) -> None:
    with pytest.raises(zstandard.ZstdError):
        on_sqlite.database.read(lambda connection: Documents().opened(connection, frame))


def test_another_dictionary_under_the_same_number_is_not_written_with(on_sqlite: Cdap) -> None:
    documents = Documents()
    frame = on_sqlite.database.write(lambda connection: documents.packed(connection, b"1"))
    number = zstandard.get_frame_parameters(frame).dict_id
    on_sqlite.database.write(
        lambda connection: connection.execute(
            update(document_dictionary).where(document_dictionary.c.number == number).values(content=b"other")
        )
    )
    with pytest.raises(zstandard.ZstdError, match="another one"):
        on_sqlite.database.write(lambda connection: Documents().packed(connection, b"1"))


def test_a_dossier_takes_a_sixth_of_its_json(on_sqlite: Cdap) -> None:
    documents = list(generate(5, 300, date(2026, 11, 1)))
    stored = [orjson.dumps(timeless(document, "2026-11"), option=orjson.OPT_SORT_KEYS) for document in documents]
    packed = Documents()
    sizes = on_sqlite.database.write(lambda connection: [len(packed.packed(connection, one)) for one in stored])
    assert sum(sizes) * 6 < sum(len(orjson.dumps(document)) for document in documents)
