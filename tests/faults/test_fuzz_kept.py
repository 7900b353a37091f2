"""Whatever lies in the files and tables that we read back: what was kept, nothing, or an error of ours."""

from __future__ import annotations

import ast
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doubles import WordModel
from tests.faults.effort import effort
from tests.faults.raw_server import altered, json_values
from tests.faults.texts import told_text
from tests.index.helpers import chunks, collection_of, embed, keys_of
from workbench.corpus.questions import parse_questions
from workbench.doctor.store_place import holder
from workbench.errors import WorkbenchError
from workbench.export.literals import assigned, call, is_plain, text_lines
from workbench.index.layouts import load_layout, load_neighbours, save_layout, save_neighbours
from workbench.index.lock import WriterLock
from workbench.index.store import open_store
from workbench.models.check.store import stored
from workbench.models.huggingface.layout import read_layout
from workbench.paths import cache_folder
from workbench.records import Neighbours, Projection

fuzz = settings(
    max_examples=effort(40, 5000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DEEP = "[" * 3000
broken = st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()) | st.just(DEEP.encode())
LINE = {"id": "q1", "question": "What hums?", "documents": ["a.md"]}


@fuzz
@given(lines=st.lists(altered(LINE).map(json.dumps) | told_text | st.just(DEEP), max_size=4))
def test_questions(lines):
    questions, problems = parse_questions("\n".join(lines))
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert isinstance(question.id, str)
        assert question.question.strip()
        assert all(isinstance(name, str) for name in question.documents)
        json.dumps([question.id, question.question, question.documents], ensure_ascii=False).encode()
    assert all("\n" not in problem for problem in problems)
    assert len(questions) + len(problems) <= sum(bool(line.strip()) for line in "\n".join(lines).split("\n"))


@fuzz
@given(content=broken)
def test_who_writes_to_a_store(tmp_path, content):
    (tmp_path / "writer.json").write_bytes(content)
    assert isinstance(WriterLock(tmp_path).holder(), dict)
    assert holder(tmp_path) is None


@fuzz
@given(content=broken)
def test_a_check_that_was_kept(content):
    file = cache_folder() / "checks" / f"{'a' * 64}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    assert stored("a" * 64) is None


CONFIG = {
    "modules.json": [{"idx": 0, "type": "a.Transformer", "path": ""}, {"type": "a.Pooling", "path": "1_Pooling"}],
    "config.json": {"hidden_size": 8, "max_position_embeddings": 16, "model_type": "bert"},
    "sentence_bert_config.json": {"max_seq_length": 12, "do_lower_case": False},
    "tokenizer_config.json": {"model_max_length": 10**30},
    "config_sentence_transformers.json": {"prompts": {"query": "q: "}, "model_type": "SentenceTransformer"},
    "1_Pooling/config.json": {"pooling_mode_mean_tokens": True, "include_prompt": True},
}


@fuzz
@given(name=st.sampled_from(sorted(CONFIG)), given=st.data())
def test_a_model_folder(tmp_path, name, given):
    (tmp_path / "1_Pooling").mkdir(exist_ok=True)
    for file, value in CONFIG.items():
        (tmp_path / file).write_text(json.dumps(value))
    (tmp_path / name).write_bytes(given.draw(broken | altered(CONFIG[name]).map(lambda one: json.dumps(one).encode())))
    try:
        layout = read_layout(tmp_path)
        assert layout.max_tokens > 0
        assert layout.dimensions is None or layout.dimensions > 0
        assert isinstance(layout.normalised, bool)
        assert isinstance(layout.include_prompt, bool)
        assert all(isinstance(prefix, str) for prefix in layout.prefixes)
    except WorkbenchError:
        return


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = open_store(tmp_path_factory.mktemp("store"))
    model = WordModel(8)
    embed(opened, model, chunks(4))
    yield opened, collection_of(model).name, keys_of(model, chunks(4))
    opened.close()


@fuzz
@given(column=st.sampled_from(["about", "keys", "content"]), given=st.data())
def test_stored_pictures(store, column, given):
    opened, name, keys = store
    ids = tuple(f"doc:{at}" for at in range(4))
    coordinates = np.arange(8, dtype=np.float32).reshape(4, 2)
    save_layout(opened.record, name, {}, Projection(ids, coordinates, "pca"), keys)
    near = Neighbours(ids, np.zeros((4, 2), np.int32), np.zeros((4, 2), np.float32))
    save_neighbours(opened.record, name, near, keys)
    assert np.array_equal(load_layout(opened.record, name, {}).layout.coordinates, coordinates)
    rows = opened.record.query("SELECT about FROM pictures ORDER BY parameters")
    value: object = given.draw(st.binary(max_size=80))
    if column == "about":
        about = json.loads(given.draw(st.sampled_from(rows))[0])
        value = json.dumps(given.draw(altered(about) | json_values)) if given.draw(st.booleans()) else DEEP
    opened.record.execute(f"UPDATE pictures SET {column} = ?", [(value,)])
    found = load_layout(opened.record, name, {})
    if found is not None:
        assert len(found.layout.ids) == len(found.layout.coordinates) == len(found.keys)
        assert np.asarray(found.layout.coordinates).ndim == 2
    other = load_neighbours(opened.record, name)
    if other is not None:
        assert other[0].indices.shape == other[0].distances.shape
        assert len(other[0].ids) == len(other[0].indices) == len(other[1])


@fuzz
@given(text=told_text, behind=st.sampled_from(["", ".strip()"]))
def test_a_text_stands_in_a_cell_as_it_is(text, behind):
    source = "\n".join(assigned("name", text, behind))
    tree = ast.parse(source)
    assert len(tree.body) == 1
    space: dict[str, object] = {}
    exec(compile(tree, "cell", "exec"), space)
    assert space["name"] == (text.strip() if behind else text)
    assert ast.literal_eval("(\n" + "\n".join(text_lines(text)) + "\n)") == text


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | told_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(told_text, inner, max_size=3) | st.tuples(inner),
    max_leaves=5,
)


@fuzz
@given(values=st.lists(plain, max_size=3))
def test_values_of_a_call_are_literals(values):
    source = call("f", *values)
    if all(map(is_plain, values)):
        node = ast.parse(source, mode="eval").body
        assert [ast.literal_eval(argument) for argument in node.args] == values
