"""Chunks as LlamaIndex nodes, and LlamaIndex's filters as ours. Importing this imports LlamaIndex."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import FilterCondition, FilterOperator, MetadataFilters

from workbench.errors import InputError
from workbench.records import Chunk, Passage

__all__ = ["node_of", "scored_nodes", "where_of"]


def node_of(chunk: Chunk) -> TextNode:
    """Give a chunk as a node: its id, text, metadata and place; its source is the document.

    The metadata is no part of what an embedding model is given, as in the workbench: the text alone was embedded.
    """
    return TextNode(
        id_=chunk.id,
        text=chunk.text,
        metadata=dict(chunk.metadata),
        excluded_embed_metadata_keys=list(chunk.metadata),
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=chunk.document)},
    )


def scored_nodes(passages: Iterable[Passage]) -> list[NodeWithScore]:
    """Give passages as nodes with our scores, best first."""
    return [NodeWithScore(node=node_of(passage.chunk), score=passage.score) for passage in passages]


def where_of(filters: MetadataFilters | None) -> dict[str, object] | None:
    """Give LlamaIndex's filters as `where`.

    Raises
    ------
    InputError
        Another operator than `==` and `in`, another condition than `and`, or two demands on one field.
    """
    if filters is None or not filters.filters:
        return None
    wanted: dict[str, object] = {}
    _collect(filters, wanted)
    return wanted


def _collect(filters: MetadataFilters, wanted: dict[str, object]) -> None:
    if len(filters.filters) > 1 and filters.condition not in (None, FilterCondition.AND):
        raise _refused(f"the condition {_named(filters.condition)}")
    if filters.condition == FilterCondition.NOT:
        raise _refused("the condition 'not'")
    for one in filters.filters:
        if isinstance(one, MetadataFilters):
            _collect(one, wanted)
            continue
        if one.operator not in (FilterOperator.EQ, FilterOperator.IN):
            raise _refused(f"the operator {_named(one.operator)} on {one.key!r}")
        if one.key in wanted:
            raise _refused(f"two demands on the field {one.key!r}")
        wanted[one.key] = _values(one.key, one.operator, one.value)


def _values(key: str, operator: FilterOperator, value: Any) -> object:
    if (operator == FilterOperator.IN) != isinstance(value, list):
        raise _refused(f"{value!r} with the operator {_named(operator)} on {key!r}")
    return value


def _refused(what: str) -> InputError:
    return InputError(
        f"The filter has {what}, which the workbench cannot search by. Use MetadataFilter with the operator '==' and "
        "a value, or 'in' and a list, all joined by 'and'."
    )


def _named(value: Any) -> str:
    return repr(getattr(value, "value", value))
