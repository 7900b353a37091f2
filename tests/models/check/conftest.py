"""The Ollama double, for the tests of this folder."""

from tests.ollama.fixtures import ollama_double

__all__ = ["ollama_double"]
