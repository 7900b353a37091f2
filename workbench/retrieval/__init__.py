"""Which chunks answer a question: by vectors, by words or both; and why one was not found."""

from workbench.retrieval.options import ENGINES, EXPANSIONS, MODES, Options
from workbench.retrieval.search import Helpers, search, search_in
from workbench.retrieval.searchable import Searchable
from workbench.retrieval.similarity import METRICS, ranking
from workbench.retrieval.trace import trace_of
from workbench.retrieval.why import WhyNot, why_not

__all__ = [
    "ENGINES",
    "EXPANSIONS",
    "METRICS",
    "MODES",
    "Helpers",
    "Options",
    "Searchable",
    "WhyNot",
    "ranking",
    "search",
    "search_in",
    "trace_of",
    "why_not",
]
