"""What was done, in a form that others can use: the cell that does the same with plain libraries."""

from workbench.export.cell import Done, code_of

__all__ = ["Done", "code_of"]
