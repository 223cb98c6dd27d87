"""One HTML page, complete in itself, of what differs: words, and pictures side by side."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment

from course.compare.differences import Finding, Picture

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem }
h2 { font-size: 1.1rem; margin-top: 2rem }
li { font-family: ui-monospace, monospace; font-size: .9rem; overflow-wrap: anywhere }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; margin: .5rem 0 }
figure { margin: 0 }
img { max-width: 100%; background: white; border: 1px solid gray }
</style>
<h1>{{ title }}</h1>
<p>{{ summary }}</p>
{% for finding in findings %}
<h2>{{ finding.place }}</h2>
<ul>
{% for difference in finding.differences %}
<li>{{ difference }}
{% if difference.stored or difference.fresh %}
<div class="pair">
{% for name, picture in (("stored", difference.stored), ("now", difference.fresh)) %}
<figure><figcaption>{{ name }}</figcaption>
{% if picture %}<img alt="{{ name }}" src="{{ picture | source }}">{% else %}none{% endif %}</figure>
{% endfor %}
</div>
{% endif %}
</li>
{% endfor %}
</ul>
{% endfor %}
</html>
"""


def source(picture: Picture) -> str:
    """Return the picture as a data address."""
    data = picture.data
    if picture.kind == "image/svg+xml":
        data = base64.b64encode(data.encode()).decode()
    return f"data:{picture.kind};base64,{''.join(data.split())}"


def write_page(path: Path, title: str, summary: str, findings: Sequence[Finding]) -> None:
    """Write the page of these findings to ``path``."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["source"] = source
    path.parent.mkdir(parents=True, exist_ok=True)
    page = environment.from_string(_PAGE).render(title=title, summary=summary, findings=findings)
    path.write_text(page, encoding="utf-8")
