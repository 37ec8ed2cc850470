-- Vintages: since when each finding is read as it is, and how it, and its article, were before.

-- What stands in a table of findings is the newest vintage. An id stays with its place in the text, whatever is
-- read there later, and is never given to another.

ALTER TABLE money ADD COLUMN first_seen_at TEXT;
ALTER TABLE money ADD COLUMN valid_from TEXT;
ALTER TABLE money ADD COLUMN read_by TEXT;
UPDATE money SET (first_seen_at, valid_from, read_by) =
  (SELECT a.read_at, a.read_at, a.extractor_version FROM articles a WHERE a.id = money.article);

ALTER TABLE percentages ADD COLUMN first_seen_at TEXT;
ALTER TABLE percentages ADD COLUMN valid_from TEXT;
ALTER TABLE percentages ADD COLUMN read_by TEXT;
UPDATE percentages SET (first_seen_at, valid_from, read_by) =
  (SELECT a.read_at, a.read_at, a.extractor_version FROM articles a WHERE a.id = percentages.article);

ALTER TABLE counts ADD COLUMN first_seen_at TEXT;
ALTER TABLE counts ADD COLUMN valid_from TEXT;
ALTER TABLE counts ADD COLUMN read_by TEXT;
UPDATE counts SET (first_seen_at, valid_from, read_by) =
  (SELECT a.read_at, a.read_at, a.extractor_version FROM articles a WHERE a.id = counts.article);

ALTER TABLE company_mentions ADD COLUMN first_seen_at TEXT;
ALTER TABLE company_mentions ADD COLUMN valid_from TEXT;
ALTER TABLE company_mentions ADD COLUMN read_by TEXT;
UPDATE company_mentions SET (first_seen_at, valid_from, read_by) =
  (SELECT a.read_at, a.read_at, a.extractor_version FROM articles a WHERE a.id = company_mentions.article);

ALTER TABLE theme_mentions ADD COLUMN first_seen_at TEXT;
ALTER TABLE theme_mentions ADD COLUMN valid_from TEXT;
ALTER TABLE theme_mentions ADD COLUMN read_by TEXT;
UPDATE theme_mentions SET (first_seen_at, valid_from, read_by) =
  (SELECT a.read_at, a.read_at, a.extractor_version FROM articles a WHERE a.id = theme_mentions.article);

ALTER TABLE country_mentions ADD COLUMN first_seen_at TEXT;
ALTER TABLE country_mentions ADD COLUMN valid_from TEXT;
ALTER TABLE country_mentions ADD COLUMN read_by TEXT;
UPDATE country_mentions SET (first_seen_at, valid_from, read_by) =
  (SELECT a.read_at, a.read_at, a.extractor_version FROM articles a WHERE a.id = country_mentions.article);

ALTER TABLE title_mentions ADD COLUMN first_seen_at TEXT;
ALTER TABLE title_mentions ADD COLUMN valid_from TEXT;
ALTER TABLE title_mentions ADD COLUMN read_by TEXT;
UPDATE title_mentions SET (first_seen_at, valid_from, read_by) =
  (SELECT a.read_at, a.read_at, a.extractor_version FROM articles a WHERE a.id = title_mentions.article);

ALTER TABLE facts ADD COLUMN first_seen_at TEXT;
ALTER TABLE facts ADD COLUMN valid_from TEXT;
ALTER TABLE facts ADD COLUMN read_by TEXT;
UPDATE facts SET (first_seen_at, valid_from, read_by) =
  (SELECT a.read_at, a.read_at, a.extractor_version FROM articles a WHERE a.id = facts.article);


CREATE TABLE past_findings (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  finding INTEGER NOT NULL,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  content TEXT NOT NULL,
  valid_from TEXT,
  valid_until TEXT NOT NULL,
  read_by TEXT,
  superseded_by TEXT,
  cause TEXT NOT NULL CHECK (cause IN ('reading', 'text', 'correction', 'merge', 'gate'))
) STRICT;
CREATE INDEX past_findings_article ON past_findings (article);
CREATE INDEX past_findings_finding ON past_findings (kind, finding, valid_until);
CREATE INDEX past_findings_until ON past_findings (valid_until);

-- Before it is settled an article has no findings and no story; later states are kept as they end.
ALTER TABLE articles ADD COLUMN settled_at TEXT;
UPDATE articles SET settled_at = coalesce(read_at, fetched_at) WHERE read_at IS NOT NULL OR story IS NOT NULL;

CREATE TABLE past_articles (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  valid_until TEXT NOT NULL,
  url TEXT NOT NULL,
  outlet INTEGER REFERENCES outlets (id),
  title TEXT NOT NULL,
  body_source TEXT NOT NULL,
  language TEXT,
  published TEXT,
  published_source TEXT NOT NULL,
  published_precision TEXT,
  text_hash TEXT NOT NULL,
  story INTEGER,
  read_at TEXT,
  on_beat INTEGER,
  beat_reason TEXT,
  gate TEXT,
  UNIQUE (article, valid_until)
) STRICT;
CREATE INDEX past_articles_until ON past_articles (valid_until);
