"""Deadlines, and what missing them costs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click

from course.grade.handins import Result

UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@dataclass(frozen=True)
class Rule:
    """So much off for each hour, day or week that has begun.

    Attributes:
        amount: Points, or per cent of the most that there are.
        percent: Which of the two.
        unit: How long one step is.
    """

    amount: float
    percent: bool
    unit: timedelta

    def penalty(self, result: Result) -> float:
        """Return the points that lateness costs a result: never more than it earned."""
        if not result.hand_in.late:
            return 0.0
        steps = math.ceil(result.hand_in.late / self.unit)
        each = self.amount * result.most / 100 if self.percent else self.amount
        return min(result.points, round(steps * each, 2))


class RuleType(click.ParamType[Any]):
    """A rule as it is typed: ``10%/day``, ``1/hour``, ``100%/week``."""

    name = "RULE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Rule:
        """Return the rule."""
        if isinstance(value, Rule):
            return value
        match = re.fullmatch(rf"(\d+(?:\.\d+)?)(%?)/({'|'.join(UNITS)})", str(value).strip())
        if not match:
            self.fail(f"{value!r} is no rule; write it as 10%/day or 0.5/hour", param, ctx)
        return Rule(float(match[1]), bool(match[2]), UNITS[match[3]])


class WhenType(click.ParamType[Any]):
    """A moment as ISO 8601 writes it; without a zone, it is this machine's."""

    name = "WHEN"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment, with its zone; a day alone ends with its last minute."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{value!r} is no time; write it as 2026-11-30T23:59", param, ctx)
        if re.fullmatch(r"\d{4}-?\d\d-?\d\d", text):
            when += timedelta(days=1) - timedelta(seconds=1)
        return when if when.tzinfo else when.astimezone()
