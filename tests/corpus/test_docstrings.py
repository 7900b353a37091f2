from __future__ import annotations

import sys

import pytest

from workbench.corpus import docstring_documents
from workbench.errors import CorpusNotFound, InputError


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "shepherd"
    (folder / "tests").mkdir(parents=True)
    (folder / "__init__.py").write_text('"""Herding."""\nraise RuntimeError("must not run")\n')
    (folder / "_dogs.py").write_text(
        '''class Dog:
    """A dog."""

    def bark(self, times, /, *sounds, loud=True, **rest):
        """Bark.

            Loudly, "\\d".
        """

    def _hidden(self):
        """No."""

try:
    import nothing
except ImportError:
    pass
else:
    def whistle():
        """Whistle."""

def silent(): ...
'''
    )
    (folder / "broken.py").write_text("def (")
    (folder / "tests" / "test_it.py").write_text('"""No."""')
    monkeypatch.syspath_prepend(str(tmp_path))
    return "shepherd"


def test_docstrings_are_read_without_running_anything(package):
    documents = docstring_documents([package])
    assert [(one.id, one.title, one.metadata["kind"]) for one in documents] == [
        ("shepherd/__init__.py", "shepherd", "module"),
        ("shepherd/_dogs.py#Dog", "shepherd._dogs.Dog", "class"),
        ("shepherd/_dogs.py#Dog.bark", "shepherd._dogs.Dog.bark", "method"),
        ("shepherd/_dogs.py#whistle", "shepherd._dogs.whistle", "function"),
    ]
    assert documents[2].text == ('shepherd._dogs.Dog.bark(times, *sounds, loud, **rest)\n\nBark.\n\nLoudly, "\\d".')
    assert documents[2].metadata == {
        "source": "shepherd/_dogs.py",
        "format": "docstring",
        "folder": "shepherd",
        "package": "shepherd",
        "module": "shepherd._dogs",
        "kind": "method",
    }
    assert "shepherd" not in sys.modules


def test_numpy_and_sklearn_give_thousands():
    documents = docstring_documents(["numpy", "sklearn"])
    found = {one.id: one for one in documents}
    assert len(found) == len(documents) > 3000
    assert found["numpy/linalg/_linalg.py#norm"].title == "numpy.linalg._linalg.norm"
    assert "Matrix or vector norm." in found["numpy/linalg/_linalg.py#norm"].text


@pytest.mark.parametrize("name", ["no_such_package", "sys"])
def test_packages_that_cannot_be_read(name):
    with pytest.raises(CorpusNotFound, match=f"'{name}'"):
        docstring_documents([name])


@pytest.mark.parametrize("packages", [[], "numpy", ["numpy.linalg"], ["../x"], [3]])
def test_what_is_no_list_of_names(packages):
    with pytest.raises(InputError):
        docstring_documents(packages)
