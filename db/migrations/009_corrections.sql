-- Corrections: what people said of findings, laid over what the rules say; and audits, in which they said it blind.

CREATE TABLE corrections (
  id INTEGER PRIMARY KEY,
  article INTEGER REFERENCES articles (id) ON DELETE SET NULL,
  text_hash TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN (
    'money', 'percentages', 'counts', 'company_mentions', 'theme_mentions', 'facts', 'date', 'story')),
  part TEXT CHECK (part IN ('title', 'body')),
  start INTEGER,
  "end" INTEGER,
  which TEXT,
  text TEXT,
  sentence TEXT,
  at INTEGER,
  verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'fix', 'reject')),
  "values" TEXT,
  said TEXT,
  "by" TEXT NOT NULL,
  note TEXT,
  made_at TEXT NOT NULL,
  undone_at TEXT
) STRICT;
CREATE INDEX corrections_text ON corrections (text_hash);
CREATE INDEX corrections_article ON corrections (article);
CREATE INDEX corrections_story ON corrections (id) WHERE kind = 'story';

-- What the rules said of an article that has corrections, so that these can be taken back.
CREATE TABLE as_read (
  article INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
  content TEXT NOT NULL
) STRICT;

ALTER TABLE money ADD COLUMN correction INTEGER REFERENCES corrections (id);
ALTER TABLE percentages ADD COLUMN correction INTEGER REFERENCES corrections (id);
ALTER TABLE counts ADD COLUMN correction INTEGER REFERENCES corrections (id);
ALTER TABLE company_mentions ADD COLUMN correction INTEGER REFERENCES corrections (id);
ALTER TABLE theme_mentions ADD COLUMN correction INTEGER REFERENCES corrections (id);
ALTER TABLE facts ADD COLUMN correction INTEGER REFERENCES corrections (id);

-- What is most doubtful is found without reading all amounts.
CREATE INDEX money_mismatch ON money (id) WHERE pair_mismatch = 1;
CREATE INDEX money_unknown ON money (id) WHERE currency IS NULL;

CREATE TABLE audits (
  id INTEGER PRIMARY KEY,
  seed INTEGER NOT NULL,
  size INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE audit_findings (
  id INTEGER PRIMARY KEY,
  audit INTEGER NOT NULL REFERENCES audits (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  stratum TEXT NOT NULL,
  population INTEGER NOT NULL,
  kind TEXT NOT NULL,
  finding INTEGER NOT NULL,
  article INTEGER NOT NULL,
  content TEXT NOT NULL,
  UNIQUE (audit, place)
) STRICT;

CREATE TABLE audit_verdicts (
  id INTEGER PRIMARY KEY,
  audit_finding INTEGER NOT NULL REFERENCES audit_findings (id) ON DELETE CASCADE,
  "by" TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong', 'skip')),
  note TEXT,
  judged_at TEXT NOT NULL,
  UNIQUE (audit_finding, "by")
) STRICT;
