"""What tests of every folder share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from course.site.bench import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the machine's Chromium: once, since a process can hold one only."""
    with chromium() as started:
        yield started
