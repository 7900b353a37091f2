"""Pure plotly figures made from records: no widgets, no state; plotly itself is imported when one is drawn."""

from workbench.figures.html import write_map_html
from workbench.figures.map import describe_map, map_figure
from workbench.figures.map_data import color_fields
from workbench.figures.map_traces import map_layout, map_traces

__all__ = ["color_fields", "describe_map", "map_figure", "map_layout", "map_traces", "write_map_html"]
