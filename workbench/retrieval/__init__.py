"""Which chunks answer a question: exact similarity, filters, diversity, and why a chunk was not found."""

from workbench.retrieval.search import MODES, Options, search
from workbench.retrieval.similarity import METRICS, ranking
from workbench.retrieval.why import WhyNot, stages, why_not

__all__ = ["METRICS", "MODES", "Options", "WhyNot", "ranking", "search", "stages", "why_not"]
