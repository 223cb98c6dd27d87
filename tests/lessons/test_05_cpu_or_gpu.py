"""Lesson 05 of the syllabus, item by item: what the stored notebook does and what it shows."""

import ast

import pytest

from course.notebooks import CHART

LESSON = "05-cpu-or-gpu.ipynb"

# Each item: the cell that carries it, what its source says, what it shows. In the syllabus's order.
ITEMS = [
    pytest.param(
        "data",
        r"^torch\.manual_seed\(43052\)\nx_cpu = torch\.tensor\(\[0\.0, 0\.1, 0\.2\]\)\.reshape\(3, 1\)\n"
        r"y_cpu = torch\.tensor\(\[0\.0, 0\.2, 0\.4\]\)\.reshape\(3, 1\)\nnet_cpu = torch\.nn\.Linear\(1, 1\)\n",
        r"^\(device\(type='cpu'\), device\(type='cpu'\), device\(type='cpu'\)\)$",
        id="what lives where: seed 43052, x, y, Linear(1,1)",
    ),
    pytest.param("weights", r"weight.*bias", r"^\(-0\.3467, -0\.847\)$", id="weight and bias"),
    pytest.param("outputs", r"^net_cpu\(x_cpu\)$", r"\[-0\.8470\],\s+\[-0\.8817\],\s+\[-0\.9164\]\]", id="outputs"),
    pytest.param("loss", r"\(\(y_cpu - net_cpu\(x_cpu\)\) \*\* 2\)\.mean\(\)", r"^tensor\(1\.2068,", id="loss"),
    pytest.param(
        "device", r'"cuda:0" if torch\.cuda\.is_available\(\) else "meta"', r"^'meta'$", id="a GPU, or its stand-in"
    ),
    pytest.param(
        "move-tensors",
        r"x_cpu\.to\(device\)\ny_moved = y_cpu\.to\(device\)",
        r"device='meta', size=\(3, 1\)",
        id=".to moves tensors",
    ),
    pytest.param(
        "tensor-stays",
        r"x_cpu\.device, x_moved\.device",
        r"^\(device\(type='cpu'\), device\(type='meta'\)\)$",
        id="the key fact: a tensor's .to returns a copy",
    ),
    pytest.param("tensor-itself", r'x_cpu\.to\("cpu"\) is x_cpu', r"^True$", id="or itself, where it need not move"),
    pytest.param(
        "move-net",
        r"net_moved = net_cpu\.to\(device\)\nnet_moved is net_cpu, ",
        r"^\(True, device\(type='meta'\)\)$",
        id="the key fact: a module's .to moves the module",
    ),
    pytest.param("to-net-answer", r"the module \*itself\*.*`net_cpu` now lies", r"", id="there is no CPU network left"),
    pytest.param("trip", r"^net_cpu\(x_cpu\)$", r"", id="where the source trips: the real error"),
    pytest.param(
        "copy-net",
        r"torch\.manual_seed\(43052\).*copy\.deepcopy\(net_cpu\)\.to\(device\)",
        r"^\(device\(type='cpu'\), device\(type='meta'\)\)$",
        id="how to have both",
    ),
    pytest.param(
        "error",
        r"on the same device,\nbut got mat1 is on cpu, different from other tensors on cuda:0\n"
        r"\(when checking argument in method wrapper_CUDA_addmm\).*`mat1` is the first matrix",
        r"",
        id="the error read, beside CUDA's words",
    ),
    pytest.param(
        "eight",
        r'"net_cpu\(x_cpu\)",\s+"net_moved\(x_moved\)",\s+"net_cpu\(x_moved\)",\s+"net_moved\(x_cpu\)",\s+'
        r'"\(\(y_cpu - net_cpu\(x_cpu\).*y_moved - net_moved\(x_moved\).*y_moved - net_cpu\(x_cpu\).*'
        r"y_cpu - net_moved\(x_moved\)",
        r"",
        id="eight examples",
    ),
    pytest.param(
        "pairs-table",
        r"attempt\(code\) for code in eight",
        r"net_cpu\(x_cpu\) +works, on cpu\nnet_moved\(x_moved\) +works, on meta\nnet_cpu\(x_moved\) +RuntimeError\n"
        r"net_moved\(x_cpu\) +RuntimeError\n[^\n]*works, on cpu\n[^\n]*works, on meta\n[^\n]*RuntimeError\n"
        r"[^\n]*RuntimeError\n",
        id="cpu/cpu and gpu/gpu work, the four mixed ones fail",
    ),
    pytest.param(
        "pairs-errors",
        r"print\(message\)",
        r"^(RuntimeError: Tensor on device (cpu|meta) is not on the expected device (meta|cpu)!\n?){4}$",
        id="the four errors",
    ),
    pytest.param("pairs-read", r"found at least two devices, cuda:0 and cpu!", r"", id="and CUDA's words for them"),
    pytest.param(
        "stand-in-attempts",
        r"x_moved @ net_cpu\.weight",
        r"works, on meta\n[^\n]*NotImplementedError\n[^\n]*works, on meta",
        id="what meta doesn't show",
    ),
    pytest.param("imitate-tf32", r"2\*\*11", r"-0\.9163\]\]", id="why the source's GPU printed -0.9163"),
    pytest.param("allclose", r"torch\.allclose\(.*-0\.9163\), atol=1e-3", r"^True$", id="compare with a tolerance"),
    pytest.param(
        "make-step",
        r"manual_seed\(5\)\n    x = torch\.linspace\(0, 1, 100\).*0\.01 \* torch\.randn\(100, 1\).*Linear\(1, m\).*ReLU"
        r".*Linear\(m, 1\).*MSELoss.*Adam\(net\.parameters\(\)\)",
        r"",
        id="timing: the task, seed 5",
    ),
    pytest.param("first-steps", r"range\(6\)", r"^\[\d", id="timing: warm-up seen"),
    pytest.param("threads", r"set_num_threads\(1\)", r"^1$", id="timing: one thread"),
    pytest.param(
        "time-step",
        r"torch\.cuda\.synchronize\(\).*repeats=11.*\n        wait\(device\)\n        start = .*"
        r"\n        wait\(device\).*/ count\)\n    return times\[1:\]",
        r"",
        id="timing: warmed up, synchronised, repeated, per step",
    ),
    pytest.param("repeats", r"time_step\(512", r"^\[(\d+\.\d+(, )?){11}\]\nmedian \d", id="timing: repeats"),
    pytest.param(
        "measure",
        r"sizes = \[512, .*20480, .*204800\].*\"cuda\"\] \* torch\.cuda\.is_available\(\).*statistics\.median",
        r"",
        id="timing: m = 512, 20480, 204800, on what is at hand",
    ),
    pytest.param("measured-table", r"measured", r"cpu\nm +\n512 .*204800 +\d", id="timing: the times"),
    pytest.param(
        "measured-picture",
        r"loglog\(",
        r"\[picture\] Log-log axes: milliseconds per step .*rises much less steeply at first",
        id="timing: cost against m",
    ),
    pytest.param(
        "operations",
        r"Counter\(\)",
        r"512: 69 operations, 51200 .*20480: 69 operations, 2048000 .*204800: 69 operations, 20480000 ",
        id="why: the same launches at any width",
    ),
    pytest.param(
        "cost-answer",
        r"launch cost.*t\(m\) = a \+ b.*few quick cores.*thousands of weak ones.*m\^\* = ",
        r"",
        id="why: few strong cores, many weak ones, a launch cost",
    ),
    pytest.param(
        "source-record",
        r"24 GB, 12\.8 GB in use by 4 processes; driver 495\.46, CUDA 11\.5.*2022.*\[512, 20480, 204800\].*"
        r"\[0\.537, 3\.806, 65\.340\].*\[1\.451, 1\.308, 2\.078\]",
        r"",
        id="the source's figures, with where they come from",
    ),
    pytest.param(
        "source-table",
        r'table\["cpu_ms"\] / table\["gpu_ms"\]',
        r"512 +0\.537 +1\.451 +0\.4\n20480 +3\.806 +1\.308 +2\.9\n204800 +65\.340 +2\.078 +31\.4",
        id="the small network is faster on the CPU",
    ),
    pytest.param("pays-answer", r"\*longer\* for 512 nodes than for 20480.*missing warm-up", r"", id="an odd figure"),
    pytest.param("lines", r"line\(source", r"CPU 0\.45 ms, GPU 1\.22 ms\n.*CPU 0\.164 ms, GPU 0\.004 ms", id="lines"),
    pytest.param("crossover", r"\(a_gpu - a_cpu\) / \(b_cpu - b_gpu\)", r"^5000 nodes, 18 µs", id="the crossover"),
    pytest.param("pays-numbers", r"the source's alone; ours are unmeasured", r"", id="what is unmeasured"),
    pytest.param("our-record", r'"gpu": "none".*"versions": .*"date": .*record-timings', r"", id="our own record"),
    pytest.param(
        "records-picture",
        r"loglog\(.*axvline\(crossover",
        r"\[picture\] Log-log axes.*They cross at a thin vertical line near 5000 nodes",
        id="the records, and the crossover",
    ),
    pytest.param("chart", r"add_params\(launch, ratio\)", r"<Chart>.*\[picture\] ", id="the crossover moves"),
]


def cell(lesson, name):
    """Return the lesson's cell of that id."""
    (found,) = (cell for cell in lesson.cells if cell.id == name)
    return found


def tagged(lesson, tag):
    """Return the ids of the cells that have the tag."""
    return [cell.id for cell in lesson.cells if tag in cell.metadata.get("tags", [])]


def test_the_reader_sees_a_real_error(lesson):
    """The network that was moved away is asked for an answer, and PyTorch's own error is shown."""
    assert tagged(lesson, "raises-exception") == ["trip"]
    (output,) = cell(lesson, "trip").outputs
    assert (output.output_type, output.ename) == ("error", "RuntimeError")
    assert output.evalue == "Tensor on device meta is not on the expected device cpu!"


def test_measured_times_are_held_to_their_form_and_nothing_else_is(lesson):
    """What shows this machine's speed is tagged wall-clock; the figure of the records is compared as any other."""
    timed = ["first-steps", "repeats", "measured-table", "measured-picture"]
    assert tagged(lesson, "wall-clock") == timed
    showing = [c.id for c in lesson.cells if c.get("outputs") and ("measured" in c.source or "time_step(" in c.source)]
    assert set(showing) <= set(timed)


def record(lesson, name):
    """Return the record that a cell assigns."""
    return ast.literal_eval(cell(lesson, name).source.partition(" = ")[2])


def test_each_record_is_whole(lesson):
    """Both records say where they come from and have a time for every size; ours was made by the benchmark here."""
    for name in ("source-record", "our-record"):
        told = record(lesson, name)
        assert list(told) == ["cpu", "gpu", "versions", "date", "command", "m", "cpu_ms", "gpu_ms"]
        assert len(told["cpu_ms"]) == len(told["m"])
        assert len(told["gpu_ms"]) in (len(told["m"]), 0)
    assert tagged(lesson, "timing-record") == ["our-record"]
    assert tagged(lesson, "benchmark") == ["imports", "make-step", "threads", "time-step", "measure"]
    assert f"sizes = {record(lesson, 'our-record')['m']}\n" in cell(lesson, "measure").source


def test_the_lesson_says_what_is_unmeasured(lesson):
    """As long as our record has no GPU, and no longer, the text says that the GPU's figures are the source's alone."""
    unmeasured = "ours are unmeasured" in cell(lesson, "pays-numbers").source
    assert unmeasured == (record(lesson, "our-record")["gpu_ms"] == [])


def test_the_chart_moves(lesson):
    """Two sliders, launch cost and width; the lines, the source's six points, the crossover and its number."""
    chart = cell(lesson, "chart").outputs[0].data[CHART]
    sliders = {param["name"]: (param["bind"]["input"], param["value"]) for param in chart["params"]}
    assert sliders == {"launch": ("range", 1.2), "ratio": ("range", 40)}
    points = next(rows for rows in chart["datasets"].values() if "variable" in rows[0])
    assert sorted(point["value"] for point in points) == [0.537, 1.308, 1.451, 2.078, 3.806, 65.34]
    assert "launch" in str(chart["layer"])
    assert "crossover near" in str(chart["layer"])
