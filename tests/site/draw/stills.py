"""Makes the still pictures of the widgets, which stand on a page without scripts and on paper: run it on a built site.

python tests/site/draw/stills.py
"""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from course.notebooks import ROOT
from course.site.bench import chromium

STILLS = ROOT / "_static" / "draw"


def few_colours(png: bytes) -> Image.Image:
    """Return a screenshot with few colours, so that it is small."""
    return Image.open(BytesIO(png)).convert("RGB").quantize(64)


def taken(browser: Browser, site: Path) -> dict[str, Image.Image]:
    """Return the built wave, and the ready three with all that is said of it, by the names of their files."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, device_scale_factor=2, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto((site / "draw.html").as_uri())
    page.locator(".draw-paper").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    curve = page.locator(".draw-paper").screenshot()
    page.get_by_role("button", name="A three").click()
    page.wait_for_function("() => Draw.pictures")
    page.wait_for_timeout(500)
    digit = page.locator(".draw-desk").screenshot()
    context.close()
    return {"curve": few_colours(curve), "digit": few_colours(digit)}


def main() -> None:
    """Store them."""
    with chromium() as browser:
        for name, picture in taken(browser, ROOT / "_build" / "html").items():
            picture.save(STILLS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
