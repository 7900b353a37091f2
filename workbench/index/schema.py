"""The tables of the record. Data, no code."""

VERSION = 1
"""Counted up whenever a table changes its form; a column or table more, with a default, is no change: an older
workbench names the columns that it writes."""

COLUMNS = {
    "meta": "name, value",
    "models": "fingerprint, description, dimensions, rows, adopted",
    "vectors": "fingerprint, position, key, crc",
    "collections": "name, corpus, model, chunking, fingerprint",
    "chunks": "collection, id, position, document, ordinal, start, [end], text, metadata, key, stamp",
    "kept": "rule, key, value",
    "pictures": "collection, parameters, about, keys, content",
}
"""What is asked of each table; a changed byte can give a column another name, which SQLite passes."""

TABLES = f"""
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO meta (name, value) VALUES ('version', '{VERSION}');

-- One row for each way of making vectors; `rows` vectors of `dimensions` float32 lie in vectors/<12 hex of it>.f32, or
-- in the file that `meta` names under 'file <fingerprint>'.
CREATE TABLE IF NOT EXISTS models (
    fingerprint TEXT PRIMARY KEY,
    description TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    rows INTEGER NOT NULL DEFAULT 0,
    adopted TEXT
) WITHOUT ROWID;

-- In the order of the file, so that a commit writes at the end of the tree however large it is: keys are as good as
-- random, and an index on them would touch a page for every vector. They are looked up in memory.
CREATE TABLE IF NOT EXISTS vectors (
    fingerprint TEXT NOT NULL REFERENCES models (fingerprint),
    position INTEGER NOT NULL,
    key BLOB NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, position)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS collections (
    name TEXT PRIMARY KEY,
    corpus TEXT NOT NULL,
    model TEXT NOT NULL,
    chunking TEXT NOT NULL,
    fingerprint TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS chunks (
    collection TEXT NOT NULL REFERENCES collections (name),
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    metadata TEXT NOT NULL,
    key BLOB NOT NULL,
    stamp INTEGER NOT NULL,
    PRIMARY KEY (collection, id)
) WITHOUT ROWID;

-- What is known of a document by its content: int32 boundaries of chunks, or token counts, and the CRC-32 of
-- rule, key and these, and a 1; `rule` says by which rule.
CREATE TABLE IF NOT EXISTS kept (
    rule TEXT NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (rule, key)
) WITHOUT ROWID;

-- Pictures and neighbours of a collection. `about` is JSON with the ids and the arrays' shapes, `keys` are those of the
-- vectors in the order of the ids, `content` the arrays, one after the other.
CREATE TABLE IF NOT EXISTS pictures (
    collection TEXT NOT NULL,
    parameters TEXT NOT NULL,
    about TEXT NOT NULL,
    keys BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (collection, parameters)
) WITHOUT ROWID;
DROP TABLE IF EXISTS layouts; -- what pictures were kept in before; they are made again
"""  # noqa: S608  (the number is ours)
