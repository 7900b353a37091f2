"""The panels: thin views on a workbench, one a file."""
