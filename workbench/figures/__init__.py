"""Pure figures made from records: no widgets, no state; plotly and Pillow are imported when one is drawn."""

from workbench.figures.html import write_map_html
from workbench.figures.map import describe_map, map_figure
from workbench.figures.map_fields import color_fields
from workbench.figures.map_layout import map_layout
from workbench.figures.map_sample import drawn_rows
from workbench.figures.map_traces import map_traces
from workbench.figures.picture import map_png, map_svg
from workbench.figures.states import passage_states
from workbench.figures.twin import twin_figure
from workbench.figures.write import write_map

__all__ = [
    "color_fields",
    "describe_map",
    "drawn_rows",
    "map_figure",
    "map_layout",
    "map_png",
    "map_svg",
    "map_traces",
    "passage_states",
    "twin_figure",
    "write_map",
    "write_map_html",
]
