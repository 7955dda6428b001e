"""One demo and one browser for all the stories: starting them takes longer than telling a story."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from onebox.layout import Layout
from tests.system.browser import Visitor, chromium
from tests.system.onebox_process import OneboxProcess, free_first_port


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests run in random order, but the chapters of a story follow one another."""
    chapters = [item for item in items if item.path.name == "test_story.py"]
    if chapters:
        first = items.index(chapters[0])
        others = [item for item in items if item not in chapters]
        items[:] = others[:first] + sorted(chapters, key=lambda item: item.location[1] or 0) + others[first:]


@pytest.fixture(scope="session")
def onebox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneboxProcess]:
    """The whole demo, running."""
    demo = OneboxProcess(Layout(tmp_path_factory.mktemp("onebox"), free_first_port()))
    demo.start()
    yield demo
    assert demo.interrupt() == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium() as started:
        yield started


class Visitors:
    """Makes visitors and closes them at the end of the test."""

    def __init__(self, browser: Browser, layout: Layout) -> None:
        self._browser = browser
        self._layout = layout
        self._made: list[Visitor] = []

    def __call__(self, *, width: int = 1280) -> Visitor:
        visitor = Visitor(self._browser, self._layout, width=width)
        self._made.append(visitor)
        return visitor

    def close(self) -> None:
        for visitor in self._made:
            visitor.close()


@pytest.fixture
def visitors(browser: Browser, onebox: OneboxProcess) -> Iterator[Visitors]:
    """A maker of visitors, each with a browser profile of its own."""
    made = Visitors(browser, onebox.layout)
    yield made
    made.close()
