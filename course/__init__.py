"""The tools of Deep Learning from One Hidden Layer: `python -m course --help`."""
