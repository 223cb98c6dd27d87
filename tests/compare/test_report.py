from click.testing import CliRunner

from course import notebooks
from course.compare import report

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2], color='tab:blue')\nplt.show()"


def course_compare(*arguments):
    """Run the command in this process and return its exit code and what it printed."""
    result = CliRunner().invoke(report.command, [str(a) for a in arguments])
    return result.exit_code, result.output


def test_every_moved_number_and_every_picture_is_in_one_page(project, cell, tmp_path):
    """Numbers within their tolerance are listed too, and unchanged pictures shown; the stored notebook stays."""
    path = project.store("x.ipynb", cell("small", "1.2345678"), cell("large", "0.9996"), cell("plot", PLOT))
    project.edit(path, small="1.2345679", large="0.9995")
    before = path.read_bytes()
    code, said = course_compare(path, "--out", tmp_path / "out")
    assert code == 0
    assert "1 differences, 1 numbers moved within their tolerance" in said
    page = (tmp_path / "out" / "index.html").read_text()
    assert "stored 1.2345678, now 1.2345679, differs by 1e-07 ≤ tolerance" in page
    assert "stored 0.9996, now 0.9995, differs by 0.0001 &gt; tolerance" in page
    assert page.count('<img alt="stored"') == page.count('<img alt="now"') == 1
    assert "http" not in page.replace("http://www.w3.org", "")
    assert path.read_bytes() == before
    assert notebooks.read(tmp_path / "out" / "x.ipynb").cells[1].outputs[0].data["text/plain"] == "0.9995"


def test_a_notebook_that_does_not_run_is_in_the_report(project, cell, tmp_path):
    """One broken notebook is a finding, and the others are still compared."""
    broken = project.write("a.ipynb", cell("one", "1 / 0"))
    sound = project.store("b.ipynb", cell("one", "1"))
    code, said = course_compare(broken, sound, "--out", tmp_path / "out")
    assert code == 0
    assert f"{broken}: 1 differences" in said
    assert f"{sound}: 0 differences" in said
    assert "it did not run" in (tmp_path / "out" / "index.html").read_text()
    assert "ZeroDivisionError" in (tmp_path / "out" / "index.html").read_text()
