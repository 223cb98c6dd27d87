"""Sphinx extension: a page holds its style and loads one script, and of the theme's style only what some page uses.

The theme and the extensions bring ten style sheets and as many scripts, 2 MB of
them for icons. The templates in ``_templates`` need none of the theme's
scripts. When the site is built, the style sheets are joined, without the rules
for tags, classes and ids that no page and no script names, and written into
every page: on a slow network, a second journey for the style alone would double
the time to the first words. The joined script is asked for by its content's sum.
What a page alone needs, such as the script of charts, it loads for itself.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import normpath
from typing import Any

import tinycss2
from sphinx.application import Sphinx
from tinycss2 import ast

STYLES = (
    "basic.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
    "mystnb.*.css",
    "copybutton.css",
    "exercise.css",
    "proof.css",
    "vendor/katex/katex.min.css",
    "sphinx-design.min.css",
    "course.css",
)
SCRIPTS = (
    "documentation_options.js",
    "doctools.js",
    "sphinx_highlight.js",
    "clipboard.min.js",
    "copybutton.js",
    "vendor/katex/contrib/copy-tex.min.js",
    "course.js",
)
# The theme's own: the templates need none of it. Without its maps and icons the site is smaller on a stick, too.
UNUSED = (
    "scripts",
    "vendor/fontawesome",
    "design-tabs.js",
    "webpack-macros.html",
    "sbt-webpack-macros.html",
    "images",
    "locales",
    "styles/*.map",
    "styles/theme.css",
    "copybutton_funcs.js",
)
# ours is used, all of it: what it says of charts, say, is about what Vega draws later
WHOLE = "course.css"

IN_PAGE = re.compile(r"""<([a-z][\w-]*)|\s(?:class|id)=(?:"([^"]*)"|'([^']*)')""")
WORD = re.compile(r"[\w-]+")
ADDRESS = re.compile(r"""url\((["']?)(?!data:|#|[a-z]+:)([^)"'?#]+)[^)"']*\1\)""")
FACE = re.compile(r"@font-face\s*\{[^}]*\}")
SOURCE = re.compile(r"url\(([^)]*)\)\s*format\([^)]*\)")
VARIABLE = re.compile(r"(?<=[{;\s])(--[\w-]+)\s*:[^;{}]*(?:;|(?=\}))")
ASKED = re.compile(r"(site\.js\?v=)\w*")
STYLE = re.compile(r"<style id=\"site-style\">.*?</style>", re.DOTALL)  # the templates leave it empty


def names_in_page(html: str) -> set[str]:
    """Return the names of all tags, classes and ids of a page."""
    return {word for match in IN_PAGE.findall(STYLE.sub("", html)) for part in match for word in part.split()}


def names_in_script(script: str) -> set[str]:
    """Return all words of a script, among which are the names that it may give to what it makes."""
    return set(WORD.findall(script))


def selectors(prelude: list[ast.Node]) -> Iterator[list[ast.Node]]:
    """Yield the selectors of a rule, which commas part."""
    part: list[ast.Node] = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def needed(selector: list[ast.Node]) -> Iterator[str]:
    """Yield the tags, classes and ids without which a selector selects nothing.

    What stands in the brackets of ``:not()`` or ``:is()`` is no such name.
    """
    before = ""
    for token in selector:
        if token.type == "hash":
            yield token.value
        elif token.type == "ident" and before != ":":
            yield token.value if before == "." else token.lower_value
        before = token.value if token.type == "literal" else ""


def used_rule(rule: ast.QualifiedRule, used: set[str]) -> str:
    """Return a rule with those of its selectors that may select something, or nothing if none does."""
    kept = [part for part in selectors(rule.prelude) if used.issuperset(needed(part))]
    head = ",".join(tinycss2.serialize(part).strip() for part in kept)
    return f"{head}{{{tinycss2.serialize(rule.content).strip()}}}" if kept else ""


def used_rules(rules: Iterable[ast.Node], used: set[str]) -> str:
    """Return the rules that may apply to a page that holds the given names."""
    text = []
    for rule in rules:
        if rule.type == "qualified-rule":
            text.append(used_rule(rule, used))
        elif rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
            inner = used_rules(parse(rule.content), used)
            text.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude).rstrip()}{{{inner}}}" if inner else "")
        elif rule.type == "at-rule" and rule.lower_at_keyword not in {"charset", "import"}:
            text.append(rule.serialize())
    return "\n".join(filter(None, text))


def parse(css: str | list[ast.Node]) -> list[ast.Node]:
    """Return the rules of a style sheet, or of what stands in a rule's braces."""
    rules: list[ast.Node] = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return rules


def without_unused_variables(css: str) -> str:
    """Return a style sheet without the custom properties that nothing asks for, and those that only they asked for."""
    asked = set(re.findall(r"var\(\s*(--[\w-]+)", css))
    shorter = VARIABLE.sub(lambda match: match[0] if match[1] in asked else "", css)
    return css if shorter == css else without_unused_variables(shorter)


def moved(css: str, folder: str) -> str:
    """Return a style sheet of a folder below ``_static`` as it reads in ``_static`` itself."""
    return ADDRESS.sub(lambda match: f"url({normpath(f'{folder}/{match[2]}')})", css)


def with_present_fonts(css: str, static: Path) -> str:
    """Return a style sheet whose font faces name only files that are there; a face without any is left out."""

    def present(face: re.Match[str]) -> str:
        sources = [match[0] for match in SOURCE.finditer(face[0]) if (static / match[1]).is_file()]
        return re.sub(r"src:[^;}]*", f"src:{','.join(sources)}", face[0]) if sources else ""

    return FACE.sub(lambda face: present(face) if "url(" in face[0] else face[0], css)


def style(static: Path, used: set[str]) -> str:
    """Return the joined style sheets of a folder ``_static``, without what no page uses."""
    parts = []
    for path in (path for pattern in STYLES for path in sorted(static.glob(pattern))):
        css = moved(path.read_text(encoding="utf-8"), path.parent.relative_to(static).as_posix())
        everything = path.name == WHOLE
        rules = parse(css)
        parts.append("\n".join(r.serialize() for r in rules) if everything else used_rules(rules, used))
    return with_present_fonts(without_unused_variables("\n".join(parts)), static) + "\n"


def script(static: Path) -> str:
    """Return the joined scripts of a folder ``_static``."""
    return ";\n".join((static / name).read_text(encoding="utf-8") for name in SCRIPTS)


def remove(static: Path, names: Iterable[str]) -> None:
    """Delete files and folders of a folder ``_static``, and the folders that are empty then."""
    for path in [path for name in names for path in static.glob(name)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for folder in sorted((path for path in static.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def leave_out(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:  # noqa: ARG001 — Sphinx's signature
    """Take from a page's lists what is in the joined files or is not needed; what it alone needs stays."""
    gone = (*STYLES, *SCRIPTS, "scripts/sphinx-book-theme.js", "design-tabs.js")
    for kind in ("css_files", "script_files"):
        context[kind] = [
            asset
            for asset in context[kind]
            if getattr(asset, "filename", None)
            and not any(Path(str(asset.filename).removeprefix("_static/")).match(pattern) for pattern in gone)
        ]


def with_style(page: str, css: str) -> str:
    """Return a page with the style in the place that the templates leave for it."""
    return STYLE.sub(lambda _: f'<style id="site-style">{css}</style>', page)


def join(app: Sphinx, error: Exception | None) -> None:
    """Write the joined style into every page, and beside them the joined script, which they ask for by its sum."""
    static = Path(app.outdir, "_static")
    # a build that found nothing to do has copied no style sheet either, and what was joined before is right
    if error or app.builder.name != "html" or not (static / WHOLE).exists():
        return
    paths = [path for path in sorted(Path(app.outdir).rglob("*.html")) if not path.is_relative_to(static)]
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    remove(static, UNUSED)
    joined = script(static)
    used = names_in_script(joined + (static / "searchtools.js").read_text(encoding="utf-8"))
    css = style(static, used.union(*map(names_in_page, pages.values())))
    remove(static, (*STYLES, *SCRIPTS))
    (static / "site.js").write_text(joined, encoding="utf-8")
    total = hashlib.sha256(joined.encode()).hexdigest()[:8]
    for path, page in pages.items():
        own = moved(css, "../" * len(path.relative_to(app.outdir).parents[1:]) + "_static")
        new = ASKED.sub(rf"\g<1>{total}", with_style(page, own))
        if new != page:
            path.write_text(new, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension to Sphinx."""
    app.connect("html-page-context", leave_out, priority=950)  # after all who add
    app.connect("build-finished", join, priority=900)  # after the pages that left the book are swept
    return {"parallel_read_safe": True, "parallel_write_safe": True}
