"""Chromium for the journeys, closed again after each file: its loop would be in the way of other tests."""

import pytest
from lab import CHROMIUM_OPTIONS, WITHOUT_CHROMIUM, Screen, executable
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="module")
def chromium():
    """Give Chromium; a machine without it fails the test with a sentence that says what to install."""
    with sync_playwright() as playwright:
        if not (place := executable(playwright)):
            pytest.fail(WITHOUT_CHROMIUM, pytrace=False)
        browser = playwright.chromium.launch(executable_path=place, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium, request):
    """Give ``screen(journey)``: a new window, whose last picture is kept too when the test fails."""
    opened = []

    def open_window(journey, height=900):
        page = chromium.new_page(viewport={"width": 1280, "height": height})
        opened.append(Screen(page, journey))
        return opened[-1]

    yield open_window
    for window in opened:
        if not window.page.is_closed():
            window.picture("last")
            window.page.close()
