"""One page per student: the score, what the checks said, and the student's own cells with what they put out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course.grade.handins import Cell, Kind, Mark, Output, Ran, Result, Role
from course.grade.page import page
from course.grade.pictures import redrawn
from course.grade.plain import line, plain
from course.grade.remarks import words
from course.grade.told import lateness, remarks_of

MOST_SOURCE = 20_000  # characters of a cell
MOST_TEXT = 10_000  # characters of an output
MOST_TEXTS = 400_000  # characters of all cells and outputs together
MOST_PICTURES = 30  # that are looked at
MOST_BYTES = 8 * 2**20  # of all pictures together
OURS = {Role.ANSWER, Role.ADDED, Role.WRITTEN}  # the roles of a student's cells


@dataclass(frozen=True)
class Shown:
    """A student's cell on the page.

    Attributes:
        label: What it is.
        body: Its source as HTML of ours.
        outputs: What it put out: a label, and either a text or the address of a picture.
        notes: What is to be said of it.
    """

    label: str
    body: Markup
    outputs: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A question on the page.

    Attributes:
        title: Its title.
        mark: What it earned; nothing for cells that belong to no question.
        cells: The student's cells for it.
    """

    title: str
    mark: Mark | None
    cells: tuple[Shown, ...]


def feedback(result: Result, homework: str, language: str, *, unsandboxed: bool = False) -> bytes:
    """Return the feedback page of a student.

    Args:
        result: What became of the hand-in.
        homework: The homework's name.
        language: ``en`` or ``ko``.
        unsandboxed: Whether to warn that it was executed without a sandbox.
    """
    hand_in = result.hand_in
    return page(
        "feedback.html",
        language,
        homework=line(homework),
        student=line(hand_in.student.name),
        result=result,
        late=lateness(hand_in.late, language) if hand_in.late else "",
        notes=[plain(remark.text(language), 2000) for remark in remarks_of(result)],
        sections=list(_sections(result, language)),
        unsandboxed=unsandboxed,
        plain=plain,
    )


def _sections(result: Result, language: str) -> Iterator[Section]:
    """Yield the questions in the notebook's order, then those without a cell, then the cells without a question."""
    marks = {mark.name: mark for mark in result.marks}
    shower, waiting = _Shower(result, language), list[Shown]()
    for index, cell in enumerate(result.hand_in.cells):
        if cell.role in OURS:
            waiting.append(shower.shown(index, cell))
        if cell.role in {Role.CHECK, Role.WRITTEN} and cell.name in marks:
            mark = marks.pop(cell.name)
            yield Section(line(mark.title), mark, tuple(waiting))
            waiting = []
    for mark in marks.values():
        yield Section(line(mark.title), mark, ())
    if waiting:
        yield Section(words("feedback_other", language), None, tuple(waiting))


class _Shower:
    """Shows one student's cells, and keeps count of how much was shown.

    Args:
        result: What became of the hand-in.
        language: The page's language.
    """

    def __init__(self, result: Result, language: str) -> None:
        self.ran = {ran.index: ran for ran in result.ran}
        self.executed = bool(result.ran)
        self.language = language
        self.texts, self.bytes, self.pictures = MOST_TEXTS, MOST_BYTES, 0

    def say(self, key: str, **facts: str | int) -> str:
        """Return words in the page's language."""
        return words(key, self.language, **facts)

    def shown(self, index: int, cell: Cell) -> Shown:
        """Return a cell as it is shown."""
        source, cut = self._text(cell.source, MOST_SOURCE)
        notes = [self.say("feedback_cut")] if cut else []
        ran = self.ran.get(index)
        if ran is None and self.executed and cell.role is not Role.WRITTEN and source.strip():
            notes.append(self.say("feedback_unrun"))
        if ran is not None:
            notes += [line(remark.text(self.language)) for remark in ran.remarks]
        if not source.strip():
            body = Markup('<p class="empty">{}</p>').format(self.say("feedback_empty"))
        else:
            body = written(source) if cell.role is Role.WRITTEN else code(source)
        outputs = tuple(self._outputs(ran)) if ran else ()
        return Shown(self.say(f"feedback_{cell.role}"), body, outputs, tuple(notes))

    def _text(self, text: str, most: int) -> tuple[str, bool]:
        """Return as much of a text as may still be shown, and whether that is not all."""
        room = min(most, self.texts)
        self.texts -= min(len(text), room)
        return plain(text[:room]), len(text) > room

    def _outputs(self, ran: Ran) -> Iterator[tuple[str, str, str]]:
        for output in ran.outputs:
            if output.kind is Kind.PICTURE:
                yield self._picture(output)
                continue
            text, cut = self._text(output.text, MOST_TEXT)
            if text.strip():
                yield self.say(f"feedback_kind_{output.kind}"), text, ""
            if cut:
                yield "", self.say("feedback_cut"), ""

    def _picture(self, output: Output) -> tuple[str, str, str]:
        self.pictures += 1
        if self.pictures > MOST_PICTURES:
            return "", self.say("feedback_cut"), ""
        png = redrawn(output.png)
        if png is None:
            return "", self.say("feedback_unpainted"), ""
        if len(png) > self.bytes:
            return "", self.say("feedback_cut"), ""
        self.bytes -= len(png)
        label = self.say("feedback_picture", number=self.pictures)
        return label, "", f"data:image/png;base64,{b64encode(png).decode()}"


def code(source: str) -> Markup:
    """Return Python as coloured HTML; nothing of it is HTML any more."""
    source = "\n".join(line.rstrip() for line in source.split("\n"))  # lines of blanks take Pygments long
    coloured = highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    # Pygments escapes every token
    return Markup('<div class="code"><pre tabindex="0">{}</pre></div>').format(Markup(coloured))  # noqa: S704


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
    markdown.disable(["html_block", "html_inline", "image", "link", "autolink", "reference", "entity"])
    markdown.use(dollarmath_plugin, allow_labels=False, renderer=lambda content, _: str(escape(content)))
    markdown.core.ruler.push("no_headings", _no_headings)
    return markdown


def _no_headings(state: StateCore) -> None:
    """Let no student's heading stand in the page's outline."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "p"
            token.attrSet("class", "heading")


def written(source: str) -> Markup:
    """Return Markdown as HTML in which links and pictures are only what was typed."""
    return Markup('<div class="written">{}</div>').format(Markup(_markdown().render(source)))  # noqa: S704 -- html is off
