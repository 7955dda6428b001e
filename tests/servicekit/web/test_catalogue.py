"""Every French sentence of the shared pages has its English, and the check itself sees what is missing."""

from pathlib import Path

import pytest

import onebox.demo_extranet
import onebox.inbox
import servicekit.web
from tests.servicekit.web.catalogue_check import untranslated, unused

PACKAGES = [servicekit.web, onebox.demo_extranet, onebox.inbox]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_sentence_has_its_english(package: object) -> None:
    folder = Path(str(getattr(package, "__file__", ""))).parent
    assert untranslated(folder) == []
    assert unused(folder) == []


def test_the_check_finds_missing_and_broken_sentences(tmp_path: Path) -> None:
    folder = tmp_path / "translations" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text('{{ _("Un") }} {{ _("Deux %(n)s", n=2) }}')
    (tmp_path / "texts.py").write_text('_l("Trois"); ngettext("%(num)s groupe", "%(num)s groupes", 2)')
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    entries = 'msgid "Un"\nmsgstr "One"\n\nmsgid "Deux %(n)s"\nmsgstr "Two"\n\nmsgid "Vieux"\nmsgstr "Old"\n'
    (folder / "messages.po").write_text(header + entries)
    assert set(untranslated(tmp_path)) == {"Deux %(n)s", "Trois", "('%(num)s groupe', '%(num)s groupes')"}
    assert unused(tmp_path) == ["Vieux"]
