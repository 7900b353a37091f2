"""Docstrings of whatever is installed, where names are defined twice and files are written for other Pythons."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbench.corpus import docstring_documents
from workbench.errors import CorpusNotFound, InputError


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(name, **files):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for file, source in files.items():
            data = source if isinstance(source, bytes) else source.encode()
            (folder / f"{file}.py").write_bytes(data)
        return docstring_documents([name])

    return make


def test_nothing_of_the_packages_is_imported():
    code = """
import sys
from workbench.corpus import docstring_documents
found = docstring_documents(["sklearn", "umap"])
loaded = {name.partition(".")[0] for name in sys.modules}
assert {"sklearn", "umap"} <= {document.metadata["package"] for document in found}
assert not loaded & {"sklearn", "umap", "scipy", "numba", "torch"}, loaded
print(len(found))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert int(done.stdout) > 1500


def test_of_a_name_defined_twice_each_docstring_counts_once(package):
    found = package(
        "herd1",
        animals='''
from typing import overload
@overload
def feed(animal: int) -> int: ...
@overload
def feed(animal: str) -> str: ...
def feed(animal):
    """Feed it."""

class Llama:
    @property
    def name(self):
        """Name it has."""
    @name.setter
    def name(self, value):
        """Set it."""

if True:
    def shear():
        """Shear by hand."""
else:
    def shear():
        """Shear by machine."""
''',
    )
    assert [(one.id, one.text.split("\n\n")[1]) for one in found] == [
        ("herd1/animals.py#feed", "Feed it."),
        ("herd1/animals.py#Llama.name", "Name it has."),
        ("herd1/animals.py#shear", "Shear by hand."),
    ]


def test_a_longer_docstring_is_no_second_document(package):
    ids = [one.id for one in package("herd2", a='def f():\n    """One."""\n\ndef f():\n    """Two."""\n')]
    assert ids == ["herd2/a.py#f"]


def test_sources_in_other_encodings_and_broken_ones(package):
    found = package(
        "herd3",
        latin='# coding: latin-1\n"""Vicuña."""\n'.encode("latin-1"),
        broken="def (",
        python2="print 'llama'",
        nul=b'"""x"""\0',
        escape='"""A \\d bad escape."""\n',
        marked=b'\xef\xbb\xbf"""Marked."""',
        deep="x = " + "(" * 500 + ")" * 500,
    )
    assert [(one.title, one.text.split("\n\n")[1]) for one in found] == [
        ("herd3.escape", "A \\d bad escape."),
        ("herd3.latin", "Vicuña."),
        ("herd3.marked", "Marked."),
    ]


def test_what_lies_in_with_and_except_is_found(package):
    found = package(
        "herd4",
        a='''
import contextlib
try:
    import nothing
except ImportError:
    def shear():
        """Shear."""
with contextlib.suppress(Exception):
    def feed():
        """Feed."""
''',
    )
    assert [one.title for one in found] == ["herd4.a.shear", "herd4.a.feed"]


def test_a_package_that_is_one_file(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "lonely_llama.py").write_text('"""Alone."""\ndef hum():\n    """Hum."""\n')
    assert [(one.id, one.title) for one in docstring_documents(["lonely_llama"])] == [
        ("lonely_llama.py", "lonely_llama"),
        ("lonely_llama.py#hum", "lonely_llama.hum"),
    ]


def test_no_path_of_this_machine_is_in_them():
    assert not any(sys.prefix in repr(document) for document in docstring_documents(["filelock"]))


def test_each_package_is_read_once():
    assert docstring_documents(["filelock", "filelock"]) == docstring_documents(("filelock",))


@pytest.mark.parametrize(
    ("packages", "error", "message"),
    [
        (["scikit-learn"], InputError, "'scikit-learn' is not the name of a top-level package"),
        (["scikit_learn"], CorpusNotFound, "'scikit_learn' is not installed here.*'sklearn', not 'scikit-learn'"),
        (["_json"], CorpusNotFound, "no docstrings in Python source"),
        (["numpy.linalg"], InputError, "Leave out submodules"),
        ("numpy", InputError, r"give a list of names, such as \['numpy', 'sklearn'\]"),
        ([], InputError, "give a list of names"),
        (None, InputError, "give a list of names"),
        (7, InputError, "give a list of names"),
        ([""], InputError, "'' is not the name"),
        ([["numpy"]], InputError, "is not the name"),
    ],
)
def test_mistakes_say_what_to_do(packages, error, message):
    with pytest.raises(error, match=message):
        docstring_documents(packages)
