"""Intake: whatever was handed in becomes the cells of a rebuilt notebook for each student, or words on why not."""
