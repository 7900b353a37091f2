"""Does an engine embed rightly? `check_model(model)` asks it texts whose right answers are known."""

from workbench.models.check.asking import check_model
from workbench.models.check.figures import with_figures
from workbench.models.check.store import keep, stored

__all__ = ["check_model", "keep", "stored", "with_figures"]
