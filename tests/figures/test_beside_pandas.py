"""plotly looks at whatever there is of pandas, which another thread may just be importing."""

from __future__ import annotations

import pytest

from tests.fresh import run_fresh

CODE = """
import sys, threading, time
from importlib.machinery import PathFinder
begun = threading.Event()
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name != "pandas.core.api":
            return None
        spec = PathFinder.find_spec(name, path)
        execute = spec.loader.exec_module
        def late(module):
            begun.set()
            time.sleep(4)
            execute(module)
        spec.loader.exec_module = late
        return spec
sys.meta_path.insert(0, Slow())
thread = threading.Thread(target=lambda: __import__("pandas"))
thread.start()
assert begun.wait(60)
assert not hasattr(sys.modules["pandas"], "Series")
from {module} import figure_class
figure = figure_class()(data=[{{"type": "scatter", "hoverinfo": "skip", "x": [1], "y": [2]}}])
assert figure.data[0].hoverinfo == "skip"
thread.join()
"""


@pytest.mark.parametrize("module", ["workbench.figures.quiet", "workbench.widgets.figure_widget"])
def test_a_figure_is_made_while_pandas_is_being_imported(module):
    run_fresh(CODE.format(module=module))
