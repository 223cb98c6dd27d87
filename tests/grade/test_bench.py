"""The bench of the grader: it runs to its end. What it measures is no test."""

import re

import pytest
from click.testing import CliRunner

from course.grade import bench


@pytest.mark.slow
def test_it_makes_its_table():
    """Both graders grade the bench's homework, and each row has its numbers."""
    result = CliRunner().invoke(bench.command, ["--ours", "2", "--stock", "1"])
    assert not result.exception, result.output
    rows = [re.findall(r"\d+\.\d+", line) for line in result.output.splitlines()[2:]]
    assert [len(row) >= 2 for row in rows] == [True] * 4
