"""The site: one module per Sphinx extension, and the command that fetches what the pages load."""
