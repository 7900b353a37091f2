"""How good a ranking is, against what people judged relevant."""

from workbench.evaluation.metrics import average_precision, ndcg, recall, reciprocal_rank

__all__ = ["average_precision", "ndcg", "recall", "reciprocal_rank"]
