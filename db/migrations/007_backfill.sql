-- Archives taken in: the parts of their files, and what became of each. Articles that the gate left unread.

CREATE TABLE backfill_parts (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  stamp TEXT NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'bad')),
  extractor_version TEXT,
  articles INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  finished_at TEXT,
  UNIQUE (path, start)
) STRICT;

ALTER TABLE articles ADD COLUMN gate TEXT;
CREATE INDEX articles_gate ON articles (gate) WHERE gate IS NOT NULL;
