import re
from dataclasses import replace
from datetime import timedelta

import pytest
from invented import OWN, a_class, result
from playwright.sync_api import Browser
from test_feedback import ATTACKS, attacked, watched

from course.grade.handins import Aside, Batch, Student
from course.grade.remarks import Remark
from course.grade.similar import Pair, similar
from course.grade.summary import summary


def shown(page: bytes) -> str:
    """Return the words of a page."""
    body = page.decode().split("</style>")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_the_page_tells_of_the_class() -> None:
    """Figures, questions, messages, who was late, slow, unreadable, alike, and which files do not count: all there."""
    batch, results = a_class()
    text = shown(summary(batch, results, "Homework 03", "en", similar=similar(batch.hand_ins, {})))
    for wanted in (
        "Hand-ins 12", "Mean score 6.18", "Median score 6", "Late 1", "Waiting to be marked by hand 1",
        "Not readable 1", "Question 2: train it The loss does not fall: is the sign right? 6",
        "Jang Ha-eun hw.zip/notes.pdf This is a PDF",
        "Ada Lovelace 1 d 3 h 1", "Oh Yuna 16.6",
        "Question 2: train it Lee Junho , Emmy Noether 100 %", "never a verdict",
        "hw.zip/__MACOSX/._hw.ipynb It is no notebook.", "Grace Hopper 106 to be marked by hand",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_bars_count_the_final_scores() -> None:
    """The histogram holds every score that is final, the full one in its last bar; its words say the counts."""
    batch, results = a_class()
    page = summary(batch, results, "x", "en").decode()
    (counts,) = re.findall(r"from low to high: ([\d, ]+) students", page)
    scores = [each.score for each in results if not each.unmarked]
    assert [int(count) for count in counts.split(", ")] == [
        sum(min(int(score), 9) == tenth for score in scores) for tenth in range(10)
    ]
    assert len(re.findall('<rect class="bar"', page)) == 10


def test_questions_count_only_what_is_marked() -> None:
    """An answer that waits for a person lowers no average."""
    results = [result("1", points=(3, 4, None)), result("2", points=(0, 2, 3))]
    page = shown(summary(Batch("x", tuple(r.hand_in for r in results), ()), results, "x", "en"))
    assert "build it 50 % 1 1" in page
    assert "train it 75 % 1 0" in page
    assert "work? 100 % 1 0 1" in page


def test_links_lead_to_each_students_page() -> None:
    """Each student's name leads to the page that bears the key, in the folder that is named."""
    batch, results = a_class()
    page = summary(batch, results, "x", "en", folder="out/feed back").decode()
    links = set(re.findall(r'href="([^"]+)"', page))
    assert links == {f"out/feed%20back/{each.hand_in.student.key}.html" for each in results}


def test_nobody_handed_in() -> None:
    """A class without hand-ins has a page too."""
    assert "Hand-ins 0" in shown(summary(Batch("plain", (), ()), (), "x", "en"))


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [320, 1400])
def test_nothing_of_the_students_runs_or_fetches(browser: Browser, tmp_path, width: int, language: str) -> None:
    """The teacher's page, full of what students wrote, asks for nothing, runs nothing, and is as wide as the window."""
    hostile = attacked()
    other = replace(hostile, hand_in=replace(hostile.hand_in, student=Student("8", ATTACKS["script"]), cells=()))
    asides = tuple(
        Aside(attack, Remark("test_note", {"text": attack}), hostile.hand_in.student) for attack in ATTACKS.values()
    )
    batch = Batch(ATTACKS["handler"], (hostile.hand_in, other.hand_in), asides)
    pair = Pair(ATTACKS["svg"], hostile.hand_in.student, other.hand_in.student, 0.93)
    failing = replace(hostile, marks=tuple(replace(mark, points=0.0) for mark in hostile.marks))
    path = tmp_path / "summary.html"
    path.write_bytes(summary(batch, [failing, other], ATTACKS["closing"], language, similar=[pair], unsandboxed=True))
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    seen = watched(page)
    page.goto(path.as_uri())
    for _ in range(10):
        page.keyboard.press("Tab")
    page.wait_for_timeout(100)
    assert seen == []
    assert page.evaluate("window.hit") is None
    assert (
        page.locator("script, iframe, object, embed, form, input, link, base, img, style ~ style, video").count() == 0
    )
    assert {link.get_attribute("href") for link in page.locator("a").all()} == {"feedback/7.html", "feedback/8.html"}
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0
    context.close()


def test_pages_are_in_korean() -> None:
    """A Korean page has no English of ours."""
    batch, results = a_class("ko")
    late = replace(results[2], hand_in=replace(results[2].hand_in, late=timedelta(minutes=5)))
    results = (*results[:2], late, *results[3:])
    page = summary(batch, results, "숙제", "ko", similar=similar(batch.hand_ins, {}), unsandboxed=True)
    assert set(re.findall("[A-Za-z]{2,}", shown(page))) <= {
        "moodle",
        "net",
        "PDF",
        "hw",
        "zip",
        "notes",
        "pdf",
        "MACOSX",
        "ipynb",
    }
    assert OWN.encode() not in page


def test_same_class_same_bytes() -> None:
    """The page says nothing of when or where it was made."""
    batch, results = a_class("ko")
    assert summary(batch, results, "x", "ko") == summary(batch, results, "x", "ko")
