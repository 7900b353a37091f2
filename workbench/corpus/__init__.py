"""Read documents from wherever they are, and cut them into chunks."""

from workbench.corpus.chunking import chunk_documents
from workbench.corpus.docstrings import docstring_documents
from workbench.corpus.load import Corpus, load
from workbench.corpus.samples import samples
from workbench.corpus.sources import check_source

__all__ = ["Corpus", "check_source", "chunk_documents", "docstring_documents", "load", "samples"]
