"""The one mutable object: what is chosen, what came of it, and the verbs."""

from workbench.session.workbench import Workbench

__all__ = ["Workbench"]
