"""``python -m course``: one command, one module; a module is imported when its command is called."""

from __future__ import annotations

from importlib import import_module

import click

from course import errors

COMMANDS = {
    "bench": ("course.site.bench", "Measure the site beside a stock one."),
    "compare": ("course.compare.report", "Run notebooks elsewhere and report what moved."),
    "data": ("course.data", "Put MNIST where fastai looks for it."),
    "emblem": ("course.site.emblem", "Draw the favicon and the picture of the site's cards."),
    "grade": ("course.grade.command", "Grade what was handed in."),
    "grade-bench": ("course.grade.bench", "Time the grader beside nbgrader's own."),
    "grade-example": ("course.grade.example", "Make an invented class's hand-ins."),
    "lock": ("course.lock", "Pin every package to Colab's version."),
    "record-timings": ("course.record_timings", "Measure a benchmark, GPU included."),
    "release": ("course.release", "Make the students' homework from its masters."),
    "run": ("course.run", "Execute notebooks and store their outputs."),
    "serve": ("course.site.serve", "Serve the site on localhost, rebuilt on save."),
    "vendor": ("course.site.vendor", "Refresh the scripts and fonts of the site."),
}


class LazyGroup(click.Group):
    """Commands that are imported when they are called, so that ``--help`` needs nothing but click."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, which its module holds as ``command``.

        Raises:
            CourseError: The command needs a package that is not installed.
        """
        if cmd_name not in COMMANDS:
            return None
        try:
            command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        except ModuleNotFoundError as e:
            raise errors.package_missing(cmd_name, str(e.name)) from e
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="course")
def main() -> None:
    """The tools of Deep Learning from One Hidden Layer."""


if __name__ == "__main__":
    main(prog_name="python -m course")
