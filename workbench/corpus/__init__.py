"""From files, frames and texts to documents with a report, and from documents to chunks."""

from workbench.corpus.chunking import chunk_documents
from workbench.corpus.corpus import Corpus
from workbench.corpus.docstrings import docstring_documents
from workbench.corpus.reading import MOST_MEMORY
from workbench.corpus.samples import samples
from workbench.corpus.sources import check_source, load

__all__ = ["MOST_MEMORY", "Corpus", "check_source", "chunk_documents", "docstring_documents", "load", "samples"]
