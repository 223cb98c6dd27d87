import re
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from invented import a_class, cells, png, ran, result
from PIL import Image
from playwright.sync_api import Browser, Page

from course.grade.feedback import MOST_TEXTS, code, feedback, written
from course.grade.handins import Cell, Kind, Output, Ran, Result, Role
from course.grade.remarks import Remark

EVIL = "http://evil.example"
# each sets window.hit, opens a dialog, or asks for a thing, if it is ever taken for more than text
ATTACKS = {
    "script": "<script>window.hit=1;alert(1)</script>",
    "handler": f"<img src={EVIL}/a.png onerror='window.hit=1'>",
    "svg": "<svg onload=window.hit=1><animate onbegin=window.hit=1 attributeName=x dur=1s></svg>",
    "frame": f"<iframe src={EVIL} srcdoc='<script>top.hit=1</script>'></iframe>",
    "style": f"</style><style>@import url({EVIL}/a.css);*{{display:none!important}}</style>",
    "refresh": f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    "base": f"<base href={EVIL}><link rel=stylesheet href={EVIL}/b.css><link rel=prefetch href={EVIL}/c>",
    "form": f"<form action={EVIL}><input autofocus onfocus=window.hit=1><button>go",
    "closing": "</pre></figure></section></main></body></html><script>window.hit=1</script>",
    "comment": "--><script>window.hit=1</script><!--",
    "quotes": '" autofocus onfocus="window.hit=1" x=\'',
    "template": "{{ ''.__class__.__mro__ }}{% include '/etc/passwd' %}${7*7}",
    "entity": "&lt;script&gt;window.hit=1&lt;/script&gt;&#60;script&#62;window.hit=1",
    "object": f"<object data={EVIL}/d.swf></object><embed src={EVIL}/e><video src={EVIL}/f autoplay>",
    "math": "<math><mtext><table><mglyph><style><img src=x onerror=window.hit=1>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=window.hit=1>'>",
    "wide": "W" * 5000,
    "null": "<scr\0ipt>window.hit=1</scr\0ipt>",
    "surrogate": "\ud83d<script>window.hit=1</script>\udc00",
    "terminal": "\x1b]8;;javascript:window.hit=1\x07click\x1b]8;;\x07\x9b31m<b>",
}
MARKDOWN = f"""[a link](javascript:window.hit=1) [b]({EVIL}) <{EVIL}/auto> {EVIL}/bare ![picture]({EVIL}/p.png)
![x][1] [y][1] <javascript:window.hit=1> `<img src=x onerror=window.hit=1>` $<img src=x onerror=window.hit=1>$

[1]: {EVIL}/reference.png "title"

$$</div><script>window.hit=1</script>$$ (label)

```html"onmouseover="window.hit=1
<script>window.hit=1</script>
```

# <script>window.hit=1</script>

<div onclick=window.hit=1>

| a | <img src=x onerror=window.hit=1> |
|---|---|
| [c]({EVIL}) | <svg/onload=window.hit=1> |
"""


TABLE = "|a" * 1000 + "\n" + "|-" * 1000 + "\n" + "|\n" * 8000  # eight million cells, were it one


HANDLERS = "[...document.querySelectorAll('*')].filter(e => /(^| )on/.test(e.getAttributeNames().join(' '))).length"


def attacked() -> Result:
    """Return a result in which whatever a student may write is an attack."""
    every = "\n".join(ATTACKS.values())
    answers = [Cell(Role.ANSWER, name, f"{attack}\n'''{attack}'''  # {attack}") for name, attack in ATTACKS.items()]
    texts = [Output(kind, every) for kind in Kind if kind is not Kind.PICTURE]
    svg = Output(Kind.PICTURE, png=f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{EVIL}/g'/></svg>".encode())
    outputs = (*texts, svg, Output(Kind.PICTURE, png=png() + b"<script>"))
    honest = result(name=every, said=(every, MARKDOWN, every))
    marks = [replace(mark, title=f"{mark.title} {every}") for mark in honest.marks]
    hand_in = replace(
        honest.hand_in,
        cells=(*answers, *cells(build=every, train=every, written=f"{MARKDOWN}\n\n{every}", added=MARKDOWN)),
        remarks=(Remark("test_note", {"text": every}),),
        late=timedelta(seconds=30),
    )
    runs = tuple(Ran(index, outputs, 1.0, (Remark("test_note", {"text": every}),)) for index in range(len(answers)))
    return replace(honest, hand_in=hand_in, marks=tuple(marks), ran=runs)


def watched(page: Page) -> list[str]:
    """Return a list that fills with all that a page must not do: ask, open a dialog, complain, go elsewhere."""
    seen: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else seen.append(request.url))
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: seen.append(message.text))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("popup", lambda popup: seen.append(popup.url))
    return seen


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [320, 1400])
def test_nothing_of_a_students_runs_or_fetches(browser: Browser, tmp_path, width: int, language: str) -> None:
    """A page full of attacks asks for nothing, opens nothing, complains of nothing, and stays as wide as the window."""
    path = tmp_path / "page.html"
    path.write_bytes(feedback(attacked(), "\n".join(ATTACKS.values()), language))
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    seen = watched(page)
    page.goto(path.as_uri())
    page.mouse.move(200, 400)
    for _ in range(30):
        page.keyboard.press("Tab")
    page.wait_for_timeout(200)
    assert seen == []
    assert page.url == path.as_uri()
    assert page.evaluate("window.hit") is None
    assert page.locator("script, iframe, object, embed, form, input, link, base, a, video, noscript, math").count() == 0
    assert page.locator("style").count() == 1
    assert page.evaluate(HANDLERS) == 0
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0
    assert page.locator("h1").count() == 1
    context.close()


def test_the_policy_alone_would_stop_them(browser: Browser, tmp_path) -> None:
    """The second line of defence holds by itself, and the first test is one that can fail: unescaped, pages do harm."""
    raw = (
        feedback(result(), "x", "en").decode().replace("Right.", "".join(ATTACKS[a] for a in ("script", "handler")), 1)
    )
    bare = re.sub(r"<meta http-equiv[^>]*>", "", raw)
    found = {}
    for name, text in (("policy", raw), ("bare", bare)):
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        page = browser.new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        asked: list[str] = []
        page.on("requestfailed", lambda request, asked=asked: asked.append(request.failure))
        page.goto(path.as_uri())
        page.wait_for_timeout(200)
        found[name] = (page.evaluate("window.hit"), set(asked))
        page.close()
    assert found["policy"] == (None, {"csp"})
    assert found["bare"][0] == 1
    assert found["bare"][1] == {"net::ERR_NAME_NOT_RESOLVED"} or "csp" not in found["bare"][1]


@pytest.mark.parametrize("attack", [*ATTACKS.values(), MARKDOWN], ids=[*ATTACKS, "markdown"])
def test_markdown_and_code_are_only_themselves(attack: str) -> None:
    """Of a student's text no tag comes through that we did not make, and no address."""
    allowed = {"div", "p", "em", "strong", "code", "pre", "span", "ul", "ol", "li", "br", "blockquote", "hr", "table"}
    allowed |= {"thead", "tbody", "tr", "th", "td", "eq"}
    for html in (str(written(attack)), str(code(attack))):
        assert set(re.findall(r"<\s*/?\s*([a-zA-Z][\w:]*)", html)) <= allowed
        assert set(re.findall(r"<[^>]*?\s([a-z-]+)=", html)) <= {"class", "start", "style", "tabindex"}
        assert re.findall(r"style=\"(?!text-align:)", html) == []


def test_the_page_says_what_there_is_to_say() -> None:
    """Score, points, the checks' words, penalty, lateness, remarks, sources, outputs and pictures are there."""
    said = ("Right.", "The loss does not fall.", "Well argued.")
    whole = result(
        points=(3, 1, 2.5), said=said, penalty=1.5, late=timedelta(days=2, hours=1),
        remarks=(Remark("test_note", {"text": "A cell was twice there."}),), cells=cells(added="extra = 1"),
    )  # fmt: skip
    text = feedback(whole, "Homework 03", "en").decode()
    shown = re.sub(r"<[^>]+>", "", text)
    for wanted in (
        "Kim Minji", "Homework 03", "5 of 10 points", "6.5 / 10", "−1.5", "2 d 1 h", *said, "A cell was twice there.",
        "hidden layer of 64 nodes", "extra", "Your own cell", "after 200 epochs: 0.0213", "each ReLU bends",
    ):  # fmt: skip
        assert wanted in shown
    (picture,) = re.findall(r'src="data:image/png;base64,([^"]+)"', text)
    assert Image.open(BytesIO(b64decode(picture))).size == (420, 260)


def test_what_is_not_marked_is_no_zero() -> None:
    """A part that waits for a person has a dash, and the score says that it is not final."""
    text = feedback(result(points=(3, 4, None)), "x", "en").decode()
    assert "– / 3" in text
    assert "so far" in text
    assert "0 / 3" not in text
    assert "so far" not in feedback(result(), "x", "en").decode()


def test_pages_are_in_korean() -> None:
    """A Korean page has no English of ours."""
    _, results = a_class("ko")
    for each in results:
        text = feedback(each, "숙제 03", "ko", unsandboxed=True).decode()
        assert '<html lang="ko">' in text
        body = re.sub(
            r"<style>.*?</style>|<pre.*?</pre>|<div class=\"written\">.*?</div>|<[^>]+>", " ", text, flags=re.DOTALL
        )
        assert set(re.findall(r"[A-Za-z]{2,}", body)) <= {"net", "PDF"}


def test_an_unsandboxed_page_warns() -> None:
    """The banner is there when it is asked for, and only then."""
    assert "without a sandbox" in feedback(result(), "x", "en", unsandboxed=True).decode()
    assert "without a sandbox" not in feedback(result(), "x", "en").decode()


def test_a_page_is_bounded() -> None:
    """However much was handed in and put out, the page stays small enough to open and to mail."""
    flood = (Output(Kind.STDOUT, "<&>\n" * 10**6), *[Output(Kind.PICTURE, png=noise())] * 40)
    many = tuple(Cell(Role.ANSWER, f"a{i}", "x = '<'\n" * 10**5) for i in range(200))
    whole = result(cells=many, ran=tuple(Ran(i, flood) for i in range(0, 200, 10)))
    page = feedback(whole, "x", "en")
    assert len(page) < 30 * 2**20
    assert page.count(b"too long to show") > 100
    assert MOST_TEXTS < 10**6


def noise() -> bytes:
    """Return a PNG that does not compress."""
    target = BytesIO()
    Image.effect_noise((700, 500), 80).save(target, "PNG")
    return target.getvalue()


def test_markdown_of_any_shape_is_shown() -> None:
    """Deep nesting, unclosed fences and a thousand stars neither fail nor take long."""
    for source in (
        "> " * 5000 + "x",
        "```\n" * 3000,
        "*" * 10000,
        "- " * 3000 + "x",
        "|" * 9000,
        "[" * 9000,
        "$" * 9000,
        TABLE,
    ):
        assert written(source)
        assert feedback(result(cells=cells(written=source)), "x", "en")


def test_same_result_same_bytes() -> None:
    """A page says nothing of when or where it was made."""
    assert feedback(attacked(), "x", "ko") == feedback(attacked(), "x", "ko")


def test_cells_stand_with_their_question() -> None:
    """A cell is shown under the question whose check follows it; what is left over comes last."""
    some = (Cell(Role.ADDED, "train-answer", "left_over = 1"),)
    text = feedback(result(cells=(*cells(), *some)), "x", "en").decode()
    order = [
        text.rindex(word)
        for word in ("Question 1", "Sequential", "Question 2", "zero_grad", "Question 3", "thresholds")
    ]
    assert order == sorted(order)
    assert text.index("Other cells") < text.index("left_over")


def test_what_did_not_run_says_so() -> None:
    """A cell without an execution says so, unless nothing ran at all or it is empty or written."""
    assert feedback(result(ran=ran()[:1]), "x", "en").decode().count("This cell did not run.") == 1
    assert "did not run" not in feedback(result(ran=()), "x", "en").decode()
    assert "did not run" not in feedback(result(cells=cells(train=""), ran=ran()[:1]), "x", "en").decode()


def test_nothing_readable_says_so() -> None:
    """A hand-in without cells has a page with the reason and no empty parts."""
    _, results = a_class()
    text = feedback(results[8], "x", "en").decode()
    assert "None of your cells could be read." in text
    assert "This is a PDF, not a notebook." in text
    assert "0 of 10 points" in text
