"""Comparing what a notebook shows with what it shows when it is run again."""
