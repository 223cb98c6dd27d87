"""Makes the still pictures of the widgets, which stand on a page without scripts and on paper: run it on a built site.

python tests/site/draw/stills.py
"""

from io import BytesIO

from PIL import Image

from course.notebooks import ROOT
from course.site.bench import chromium

STILLS = ROOT / "_static" / "draw"


def keep(png: bytes, name: str) -> None:
    """Store a screenshot with few colours, so that it is small."""
    Image.open(BytesIO(png)).convert("RGB").quantize(64).save(STILLS / f"{name}.png", optimize=True)


def main() -> None:
    """Take the built wave, and the ready three with all that is said of it."""
    with chromium() as browser:
        context = browser.new_context(
            viewport={"width": 1400, "height": 900}, device_scale_factor=2, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto((ROOT / "_build" / "html" / "draw.html").as_uri())
        page.locator(".draw-paper").scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        keep(page.locator(".draw-paper").screenshot(), "curve")
        page.get_by_role("button", name="A three").click()
        page.wait_for_function("() => Draw.pictures")
        page.wait_for_timeout(500)
        keep(page.locator(".draw-desk").screenshot(), "digit")


if __name__ == "__main__":
    main()
