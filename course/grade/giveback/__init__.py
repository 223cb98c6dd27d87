"""Marks given back: a table of grades, and what learning platforms take in."""
