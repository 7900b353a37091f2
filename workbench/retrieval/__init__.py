"""Which chunks answer a question: exact similarity, filters, diversity, and why a chunk was not found."""

from workbench.retrieval.search import Options, search
from workbench.retrieval.why import WhyNot, why_not

__all__ = ["Options", "WhyNot", "search", "why_not"]
