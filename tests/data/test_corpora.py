"""Every folder of `data/` with questions is a sample corpus that can be taught with: large, mixed, answerable."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from tests.data import reading

CORPORA = reading.corpora()
every_corpus = pytest.mark.parametrize("corpus", CORPORA, ids=lambda path: path.name)


def test_the_camelids_are_among_the_corpora():
    assert "camelids" in {corpus.name for corpus in CORPORA}


@every_corpus
def test_has_sixty_files_in_subfolders(corpus):
    files = reading.files_of(corpus)
    assert len(files) >= 60
    assert len({path.parent for path in files}) >= 3


@every_corpus
def test_mixes_the_five_formats_and_no_other(corpus):
    formats = Counter(path.suffix for path in reading.files_of(corpus))
    assert set(formats) == {".md", ".txt", ".html", ".csv", ".pdf"}


@every_corpus
def test_questions_have_unique_ids_and_texts(corpus):
    questions = reading.questions_of(corpus)
    assert len(questions) >= 30
    assert len({question["id"] for question in questions}) == len(questions)
    assert len({question["question"] for question in questions}) == len(questions)
    assert all(set(question) == {"id", "question", "documents"} for question in questions)


@every_corpus
def test_every_question_names_documents_that_exist(corpus):
    ids = reading.document_ids(corpus)
    wrong = {
        question["id"]: question["documents"]
        for question in reading.questions_of(corpus)
        if not question["documents"] or set(question["documents"]) - ids
    }
    assert wrong == {}


@every_corpus
def test_prose_has_sixty_words_at_least(corpus):
    prose = [path for path in reading.files_of(corpus) if path.suffix in reading.PROSE]
    assert {
        path.name: len(reading.prose(path).split()) for path in prose if len(reading.prose(path).split()) < 60
    } == {}


@every_corpus
def test_tables_are_rectangular_with_named_columns(corpus):
    for path in (path for path in reading.files_of(corpus) if path.suffix == ".csv"):
        header, *body = reading.rows(path)
        assert len(body) >= 10, path.name
        assert len(set(header)) == len(header), path.name
        assert all(header), path.name
        assert {len(row) for row in body} == {len(header)}, path.name


@every_corpus
def test_no_two_documents_share_a_sentence(corpus):
    where = defaultdict(list)
    for path in reading.files_of(corpus):
        if path.suffix in reading.PROSE:
            for sentence in reading.long_sentences(reading.prose(path)):
                where[sentence].append(path.relative_to(corpus).as_posix())
    assert {sentence: files for sentence, files in where.items() if len(files) > 1} == {}


def test_the_first_camelid_question_is_the_one_of_the_demo():
    first = reading.questions_of(reading.DATA / "camelids")[0]
    assert first["question"] == "What animals are llamas related to?"
    kin = reading.prose(reading.DATA / "camelids" / first["documents"][0])
    for animal in ("alpacas", "vicuñas", "guanacos", "camels"):
        assert animal in kin


def test_one_camelid_text_is_latin_1():
    def is_utf8(path):
        try:
            path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    texts = [path for path in reading.files_of(reading.DATA / "camelids") if path.suffix != ".pdf"]
    odd = [path for path in texts if not is_utf8(path)]
    assert [path.name for path in odd] == ["chaku.txt"]
    assert "vicuña" in reading.decode(odd[0])
