"""What all pages of the grader share: one file each, in which nothing of a student's can run or fetch a thing.

Whatever is not ours goes through Jinja's escaping, as text. The pages have no script; their Content-Security-Policy
would not let one run, nor anything be loaded.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from course.grade.plain import line, number
from course.grade.remarks import words

TEMPLATES = Path(__file__).with_name("templates")
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@cache
def _template(name: str) -> Template:
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "line": line}
    return environment.get_template(name)


def page(name: str, language: str, **facts: Any) -> bytes:
    """Return a page.

    Args:
        name: Its template.
        language: Its language.
        facts: What the template names.
    """
    say = partial(words, language=language)
    return _template(name).render(say=say, language=language, policy=POLICY, **facts).encode()
