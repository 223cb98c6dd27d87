"""The comparator proven by mutation: every stored output of every lesson is changed, and each change must be found.

What a lesson prints is changed where it stands. What it draws is drawn again: its notebook runs once in a kernel that
renders each figure in all the variants of ``variants.py``; ``redrawn.py`` has them judged.
"""

import base64
import copy
import io
import json
import multiprocessing
import os
import re
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from nbformat import from_dict, v4
from PIL import Image

from course import kernel, notebooks
from course.compare import charts, numbers, outputs
from course.compare.differences import Picture

sys.path.insert(0, str(Path(__file__).parent))
from redrawn import FIGURES, judge, same, same_pixels
from variants import one_character_off

LESSONS = [path for path in notebooks.find() if path.is_relative_to(notebooks.ROOT / "lectures")]
SAMPLE = 200  # values of a chart that are changed one by one; all are changed at once

pytestmark = pytest.mark.slow
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


@pytest.fixture
def report(pytestconfig, capsys):
    """Return the function that prints how many mutations of each kind were tried."""
    terminal = pytestconfig.pluginmanager.get_plugin("terminalreporter")

    def say(lesson, counts):
        with capsys.disabled():
            terminal.write_line(f"\n{lesson.stem}: " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))

    return say


def code_cells(lesson):
    """Return the lesson's code cells that show something a comparison is held to."""
    cells = notebooks.read(lesson).cells
    return [c for c in cells if c.cell_type == "code" and "wall-clock" not in c.metadata.get("tags", [])]


def with_outputs(cell, *shown):
    """Return a copy of the cell that shows just these outputs."""
    new = copy.copy(cell)
    new.outputs = list(shown)
    return new


def differs(cell, fresh):
    """Return whether the comparison finds anything that is not allowed."""
    return any(not found.allowed for found in outputs.compare(cell, fresh))


def texts(output):
    """Yield each text that an output holds, and the function that returns the output with another text in its place."""
    if output.output_type == "stream":
        yield output.text, lambda new: from_dict({**output, "text": new})
    elif output.output_type == "error":
        yield output.evalue, lambda new: from_dict({**output, "evalue": new})
        frames = output.traceback
        for i, frame in enumerate(frames):
            yield frame, lambda new, i=i: from_dict({**output, "traceback": [*frames[:i], new, *frames[i + 1 :]]})
    else:
        for kind, value in output.data.items():
            if isinstance(value, str) and not kind.startswith("image/"):
                yield value, lambda new, kind=kind: from_dict({**output, "data": {**output.data, kind: new}})


def all_texts(lesson):
    """Yield the cell, the output, each of its texts, and how to change it, for all of the lesson."""
    for cell in code_cells(lesson):
        for output in cell.outputs:
            for text, changed in texts(output):
                yield with_outputs(cell, output), text, changed


def nudged(number, tolerance):
    """Return the printed number moved by one unit in its last digit, or just past the tolerance if that is more."""
    allowed = Decimal(0) if number.is_integer else tolerance.at(number.value)
    moved = number.value + number.unit * (allowed // number.unit + 1)
    grouped = "," * ("," in number.text)
    return (
        f"{moved:{grouped}e}" if "e" in number.text.lower() else f"{moved:{grouped}f}" + "." * number.text.endswith(".")
    )


@every_lesson
def test_every_printed_number_is_held(lesson, report):
    """Each number of each text fails when it moves past its tolerance, and when it becomes NaN."""
    counts, missed = Counter(), []
    for cell, text, changed in all_texts(lesson):
        tolerance = numbers.Tolerance.of(cell.metadata)
        for number in numbers.numbers(text):
            if not number.value.is_finite():
                counts["not finite already"] += 1
                continue
            for what, new in (("numbers moved", nudged(number, tolerance)), ("numbers made NaN", "nan")):
                mutant = text[: number.start] + new + text[number.start + len(number.text) :]
                counts[what] += 1
                missed += [] if differs(cell, [changed(mutant)]) else [(cell.id, number.text, new)]
    report(lesson, counts)
    assert not missed
    assert counts["numbers moved"] > 0


@every_lesson
def test_every_printed_digit_is_held(lesson, report):
    """Each digit that is printed fails when it becomes another, within words too; but past what a tolerance allows."""
    counts, missed = Counter(), []
    for cell, text, changed in all_texts(lesson):
        for digit in re.finditer(r"\d", text):
            mutant = text[: digit.start()] + str((int(digit[0]) + 1) % 10) + text[digit.end() :]
            held = differs(cell, [changed(mutant)])
            beyond = not held and any(found.allowed for found in outputs.compare(cell, [changed(mutant)]))
            counts["digits changed, within the tolerance" if beyond else "digits changed"] += 1
            missed += [] if held or beyond else [(cell.id, digit.start(), text[:80])]
    report(lesson, counts)
    assert not missed


@every_lesson
def test_every_printed_line_is_held(lesson, report):
    """Each line of each text fails when it is deleted, and when a word is added to it."""
    counts, missed = Counter(), []
    for cell, text, changed in all_texts(lesson):
        lines = text.split("\n")
        for i, line in enumerate(lines):
            if not line.strip():
                continue
            for what, new in (("lines deleted", []), ("lines grown by a word", [f"{line} more"])):
                mutant = "\n".join([*lines[:i], *new, *lines[i + 1 :]])
                counts[what] += 1
                missed += [] if differs(cell, [changed(mutant)]) else [(cell.id, what, line)]
    report(lesson, counts)
    assert not missed


@every_lesson
def test_every_output_is_held_in_its_place(lesson, report):
    """An output that is missing, doubled or in another cell fails; so does a warning or an error out of the blue."""
    counts, missed = Counter(), []
    cells = code_cells(lesson)
    warning = v4.new_output("stream", name="stderr", text="UserWarning: out of the blue\n")
    error = v4.new_output("error", ename="ValueError", evalue="out of the blue", traceback=[])
    mutants = []
    for cell in cells:
        mutants += [("new warnings", cell, [*cell.outputs, warning]), ("new errors", cell, [*cell.outputs, error])]
        for i, output in enumerate(cell.outputs):
            others = [*cell.outputs[:i], *cell.outputs[i + 1 :]]
            mutants += [("outputs deleted", cell, others), ("outputs doubled", cell, [*cell.outputs[: i + 1], output])]
    for one, next_one in pairwise(cells):
        if one.outputs:
            mutants.append(("outputs moved to the next cell, seen there", next_one, [*next_one.outputs, *one.outputs]))
            mutants.append(("outputs moved to the next cell, missed here", one, []))
    for what, cell, fresh in mutants:
        if what == "outputs doubled" and fresh[-1].output_type == "stream":
            counts["streams, which double into one"] += 1
            continue
        counts[what] += 1
        missed += [] if differs(cell, fresh) else [(what, cell.id)]
    report(lesson, counts)
    assert not missed


def leaves(node, path="$"):
    """Yield the path of each number in JSON data, the object that holds it and its key there."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        place = f"{path}.{key}" if isinstance(node, dict) else f"{path}[{key}]"
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield place, node, key
        yield from leaves(value, place)


def nudged_value(value, tolerance):
    """Return a JSON number moved by a unit in its last digit, or past the tolerance by more than a float loses."""
    if isinstance(value, int):
        return value + 1
    number = numbers.Number(repr(value), 0)
    return float(number.value + max(number.unit, tolerance.at(number.value) * Decimal("1.000001")))


def specifications(lesson):
    """Yield each chart and other JSON data that the lesson shows, with its tolerance."""
    for cell in code_cells(lesson):
        for output in cell.outputs:
            for kind, value in output.get("data", {}).items():
                if isinstance(value, dict | list):
                    yield kind, value, numbers.Tolerance.of(cell.metadata)


def found_at(spec, mutant, tolerance):
    """Return the words of what is not allowed between two specifications."""
    return [found.words for found in charts.compare(spec, mutant, tolerance) if not found.allowed]


@every_lesson
def test_every_number_of_a_chart_is_held(lesson, report):
    """Each number of a chart's data and encoding fails: all of them together, each named, and a sample one by one."""
    counts = Counter()
    for _, spec, tolerance in specifications(lesson):
        mutant = copy.deepcopy(spec)
        places = list(leaves(mutant))
        for _, node, key in places:
            node[key] = nudged_value(node[key], tolerance)
        assert len(found_at(spec, mutant, tolerance)) == len(places)
        for i in range(0, len(places), max(1, len(places) // SAMPLE)):
            mutant = copy.deepcopy(spec)
            _, node, key = list(leaves(mutant))[i]
            node[key] = nudged_value(node[key], tolerance)
            assert len(found_at(spec, mutant, tolerance)) == 1, places[i][0]
            counts["numbers of charts moved one by one"] += 1
        counts["numbers of charts moved"] += len(places)
    report(lesson, counts)


def parts(node, inside=""):
    """Yield each part of a specification: what holds it, its key there, and whether it is a part of the data."""
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        is_data = inside == "datasets"
        yield node, key, is_data
        if isinstance(node[key], dict | list):
            yield from parts(node[key], "datasets" if is_data else key)


@every_lesson
def test_every_word_of_a_chart_is_held(lesson, report):
    """Each title, field, mark and colour of a chart fails when it is another, and each part of it when it is gone.

    Of the data, whose numbers have a test of their own, a sample of the parts is taken.
    """
    counts = Counter()
    for _, spec, tolerance in specifications(lesson):
        mutant = copy.deepcopy(spec)
        everything = list(parts(mutant))
        step = max(1, sum(is_data for _, _, is_data in everything) // SAMPLE)
        for count, (node, key, is_data) in enumerate(everything):
            value = node[key]
            if value is None or (is_data and count % step):
                continue
            words = [("words of charts changed", f"{value}x")] * isinstance(value, str)
            for what, new in (*words, ("parts of charts deleted", None)):
                node[key] = new
                assert found_at(spec, mutant, tolerance), (what, key)
                counts[what] += 1
            node[key] = value
    report(lesson, counts)


@pytest.fixture(scope="session")
def verdicts(request):
    """Return what is to come of each lesson's figures; as many lessons at a time as there are cores."""
    asked = [item for item in request.session.items if "verdicts" in getattr(item, "fixturenames", ())]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as pool:
        yield {lesson: pool.submit(judge, lesson) for lesson in (item.callspec.params["lesson"] for item in asked)}


@every_lesson
def test_every_changed_figure_fails_and_every_other_rendering_passes(verdicts, lesson, report):
    """A curve, colour, axis or word that is another fails; other anti-aliasing and other hinting pass."""
    counts, wrong = verdicts[lesson].result()
    report(lesson, counts)
    assert not wrong


def moved_pictures(picture):
    """Yield the picture moved by up to three pixels, each way."""
    for dx, dy in ((3, 0), (-3, 0), (0, 3), (0, -3), (3, 3), (-2, 1), (1, -3)):
        if picture.kind == "image/svg+xml":
            box = re.search(r'viewBox="([^"]*)"', picture.data)
            x, y, width, height = map(float, box[1].split())
            # a pixel of the page is three quarters of a point
            new = f'viewBox="{x - 0.75 * dx} {y - 0.75 * dy} {width} {height}"'
            yield Picture(picture.kind, picture.data.replace(box[0], new))
        else:
            image = Image.open(io.BytesIO(base64.b64decode(picture.data))).convert("RGBA")
            canvas = Image.new("RGBA", image.size, "white")
            canvas.paste(image, (dx, dy), image)
            file = io.BytesIO()
            canvas.save(file, "PNG")
            yield Picture(picture.kind, base64.b64encode(file.getvalue()).decode())


@every_lesson
def test_every_picture_may_move_a_little(lesson, report):
    """Each stored picture, charts' stills too, moved by up to three pixels is the same picture."""
    counts = Counter()
    for cell in code_cells(lesson):
        for output in cell.outputs:
            for kind in FIGURES:
                if kind in output.get("data", {}):
                    picture = Picture(kind, output.data[kind])
                    for other in moved_pictures(picture):
                        assert same(picture, other), cell.id
                        counts["pictures moved"] += 1
    report(lesson, counts)


def chart_changes(spec):
    """Yield the chart's specification with one thing that it draws changed, and what that is."""
    text = json.dumps(spec)
    for written in sorted(set(re.findall(r'"title": ("(?:[^"\\\\]|\\\\.)+")', text))):
        other = json.dumps(one_character_off(json.loads(written)))
        yield "titles of charts changed", json.loads(text.replace(f'"title": {written}', f'"title": {other}'))
    colours = sorted(set(re.findall(r"#[0-9a-fA-F]{6}", text)))
    for one, other in combinations(colours, 2):
        swap = {one: other, other: one}
        swapped = re.sub(f"{one}|{other}", lambda found, swap=swap: swap[found[0]], text)
        yield "colours of charts swapped", json.loads(swapped)
    for i in range(len(spec.get("layer", []))):
        yield "layers of charts missing", {**spec, "layer": [*spec["layer"][:i], *spec["layer"][i + 1 :]]}


@every_lesson
def test_every_still_of_a_chart_is_held(lesson, report):
    """A chart's stored still fails when the chart has another title, swapped colours or a layer less."""
    counts = Counter()
    for cell in code_cells(lesson):
        for output in cell.outputs:
            spec = output.get("data", {}).get(notebooks.CHART)
            if spec is None:
                continue
            stored = Picture("image/png", output.data["image/png"])
            assert same(stored, still(spec))
            for what, changed in chart_changes(spec):
                drawn_same = same_pixels(still(spec), still(changed))
                counts["charts of which no pixel changed" if drawn_same else what] += 1
                assert drawn_same or not same(stored, still(changed)), what
    report(lesson, counts)


def still(spec):
    """Return the picture that the kernel makes of a chart."""
    return Picture("image/png", kernel.render_chart(spec)[0]["image/png"])
