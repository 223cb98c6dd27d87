"""The tools of Deep Learning from One Hidden Layer: `python -m course --help`."""

import sys

# jsonschema, which nbformat imports, would build a grammar of addresses (IRIs) that no notebook has: 3 s at every start
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
