"""What the stages hand to each other: frozen, compared by identity where they are results, never changed in place."""

from workbench.records.answer import Answer, Citation, Message, Piece, PromptRequest, Sentence, Timings
from workbench.records.corpus import Chunk, Document, FileReport, LoadReport, Question
from workbench.records.embedding import EmbedPlan, EmbedReport, ModelInfo, Progress, ServerModel, ServerStatus
from workbench.records.evidence import Attribution, Contexts, Judgement, LeftOut, Quote, Verdict
from workbench.records.health import Compaction, Diagnosis, Finding
from workbench.records.projection import (
    Anchored,
    Cluster,
    Clustering,
    Near,
    Neighbours,
    Projection,
    Region,
    TwinMaps,
)
from workbench.records.retrieval import STAGES, Expansion, Passage, Retrieval, Traced
from workbench.records.truth import Explanation, ModelCheck, Probe, Quantization

__all__ = [
    "STAGES",
    "Anchored",
    "Answer",
    "Attribution",
    "Chunk",
    "Citation",
    "Cluster",
    "Clustering",
    "Compaction",
    "Contexts",
    "Diagnosis",
    "Document",
    "EmbedPlan",
    "EmbedReport",
    "Expansion",
    "Explanation",
    "FileReport",
    "Finding",
    "Judgement",
    "LeftOut",
    "LoadReport",
    "Message",
    "ModelCheck",
    "ModelInfo",
    "Near",
    "Neighbours",
    "Passage",
    "Piece",
    "Probe",
    "Progress",
    "Projection",
    "PromptRequest",
    "Quantization",
    "Question",
    "Quote",
    "Region",
    "Retrieval",
    "Sentence",
    "ServerModel",
    "ServerStatus",
    "Timings",
    "Traced",
    "TwinMaps",
    "Verdict",
]
