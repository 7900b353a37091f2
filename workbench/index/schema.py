"""The tables of the record. Data, no code."""

VERSION = 1

TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row for each way of making vectors; `rows` vectors of `dimensions` float32 lie in vectors/<12 hex of it>.f32.
CREATE TABLE IF NOT EXISTS models (
    fingerprint TEXT PRIMARY KEY,
    description TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    rows INTEGER NOT NULL DEFAULT 0,
    adopted TEXT
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS vectors (
    key BLOB PRIMARY KEY,
    fingerprint TEXT NOT NULL REFERENCES models (fingerprint),
    position INTEGER NOT NULL,
    crc INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS vectors_in_order ON vectors (fingerprint, position);

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

CREATE TABLE IF NOT EXISTS layouts (
    collection TEXT NOT NULL,
    parameters TEXT NOT NULL,
    method TEXT NOT NULL,
    ids TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    coordinates BLOB NOT NULL,
    trust REAL,
    PRIMARY KEY (collection, parameters)
) WITHOUT ROWID;
"""
