"""The kernel that runs our notebooks: Colab's packages, one thread, no GPU, and outputs that a page can show.

A lesson holds no line about renderers or resolutions. This module is the
IPython extension that the kernel loads instead: charts leave it as Vega-Lite
with a still PNG beside, figures as PNG at twice the resolution and as SVG,
and drawings of Graphviz measured by fonts that are the same everywhere.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

CONFIG = """\
c.InteractiveShellApp.extensions = ["course.kernel"]
c.HistoryManager.enabled = False
c.InlineBackend.figure_formats = {"retina", "svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
"""

# The fonts by which Graphviz measures: Matplotlib's own, so that a drawing is laid out alike on every machine.
FONTS = """\
<?xml version="1.0"?>
<fontconfig><dir>{fonts}</dir><cachedir>{scratch}</cachedir></fontconfig>
"""

# One thread, because sums split among threads differ in their last digits from machine to machine; no GPU and
# no matplotlibrc of the user's, because outputs must not depend on whose machine ran them.
SETTINGS = {
    "COLUMNS": "80",
    "CUDA_VISIBLE_DEVICES": "",
    "LC_ALL": "C.UTF-8",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
}


def fonts() -> Path:
    """Return the folder of the fonts that Matplotlib brings, DejaVu Sans among them."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("matplotlib", name="matplotlib")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@contextmanager
def environment() -> Iterator[None]:
    """Set this process's environment so that every kernel started within is ours; put it back at the end."""
    before = dict(os.environ)
    with TemporaryDirectory(prefix="course-kernel-") as scratch:
        profile = Path(scratch, "profile_default")
        profile.mkdir()
        (profile / "ipython_kernel_config.py").write_text(CONFIG)
        matplotlibrc = Path(scratch, "matplotlibrc")
        matplotlibrc.touch()
        fontconfig = Path(scratch, "fonts.conf")
        fontconfig.write_text(FONTS.format(fonts=fonts(), scratch=scratch), encoding="utf-8")
        os.environ.update(SETTINGS, FONTCONFIG_FILE=str(fontconfig), IPYTHONDIR=scratch, MATPLOTLIBRC=str(matplotlibrc))
        os.environ.pop("MPLBACKEND", None)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def render_chart(spec: dict[str, Any], **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a chart's MIME bundle and its metadata: the Vega-Lite specification, and a still PNG at 2×."""
    import vl_convert

    still = vl_convert.vegalite_to_png(spec, vl_version="5.20", scale=2)
    bundle = {
        "application/vnd.vegalite.v5+json": spec,
        "image/png": base64.b64encode(_smaller(still)).decode(),
        "text/plain": "<Chart>",
    }
    return bundle, {}


def _smaller(png: bytes) -> bytes:
    """Return the same picture compressed well: vl-convert's own files are four times the size."""
    from PIL import Image

    small = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").save(small, "PNG", optimize=True)
    return small.getvalue()


def load_ipython_extension(_shell: InteractiveShell) -> None:
    """Prepare Altair and Matplotlib, without a name of ours in the notebook's namespace."""
    import altair
    import matplotlib as mpl

    altair.renderers.register("course", render_chart)
    altair.renderers.enable("course")
    mpl.rcParams["svg.hashsalt"] = "course"
