"""Grading: hand-ins in, executed in a sandbox, examined outside, marks and feedback out."""
