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
  cause TEXT NOT NULL CHECK (cause IN ('reading', 'text', 'correction', 'merge'))
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

-- Companies change by the user's hand (merges, names): what each was is kept likewise.
CREATE TABLE past_companies (
  id INTEGER PRIMARY KEY,
  company INTEGER NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
  valid_until TEXT NOT NULL,
  known_id TEXT,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  chinese_name TEXT,
  ticker TEXT,
  country TEXT,
  merged_into INTEGER,
  UNIQUE (company, valid_until)
) STRICT;
ALTER TABLE aliases ADD COLUMN first_seen_at TEXT;
ALTER TABLE ownerships ADD COLUMN first_seen_at TEXT;
ALTER TABLE themes ADD COLUMN first_seen_at TEXT;

-- Which versions have read, in their order, and how many articles.
CREATE TABLE readings (
  version TEXT PRIMARY KEY,
  first_at TEXT NOT NULL,
  last_at TEXT NOT NULL,
  articles INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO readings
SELECT extractor_version, min(read_at), max(read_at), count(*) FROM articles
 WHERE extractor_version IS NOT NULL AND read_at IS NOT NULL GROUP BY extractor_version;

-- What this file is, and from when on it knows what was known at a moment. "as_of" is set in a past alone.
CREATE TABLE history (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  identity TEXT NOT NULL,
  since TEXT,
  pruned_at TEXT,
  as_of TEXT
) STRICT;
INSERT INTO history (id, identity, since) SELECT 1, lower(hex(randomblob(8))), max(settled_at) FROM articles;

-- Facts with when they were first read, and since when they are read as they are.
DROP VIEW fact_figures;
CREATE VIEW fact_figures AS
  SELECT f.id, f.article, a.title AS article_title, a.url, o.name AS outlet, a.published, a.story,
         f.subject, f.company, c.name AS company_name, f.metric, f.metric_id, f.period_start, f.period_end,
         coalesce(m.value, p.value, n.value) AS value,
         coalesce(m.value_max, p.value_max, n.value_max) AS value_max,
         coalesce(m.currency, p.unit, n.noun) AS unit,
         CASE WHEN f.money IS NOT NULL THEN 'money' WHEN f.percentage IS NOT NULL THEN p.unit ELSE 'count' END
           AS kind,
         coalesce(m.approx, p.approx, n.approx) AS approx, m.usd, m.usd_max, m.fx_source, m.fx_method,
         coalesce(m.text, p.text, n.text) AS stated,
         f.direction, f.basis, f.claimed_by, f.scope, f.confidence, f.sentence, f.rule, f.on_beat,
         f.first_seen_at, f.valid_from, f.read_by
    FROM facts f
    JOIN articles a ON a.id = f.article
    LEFT JOIN outlets o ON o.id = a.outlet
    LEFT JOIN companies c ON c.id = f.company
    LEFT JOIN money m ON m.id = f.money
    LEFT JOIN percentages p ON p.id = f.percentage
    LEFT JOIN counts n ON n.id = f."count";

-- Who says the same of the same thing, later: found by the subject, however its letters are written.
CREATE INDEX facts_said ON facts (subject COLLATE NOCASE, metric_id, period_end) WHERE subject IS NOT NULL;
CREATE VIEW echoes AS
  SELECT f.id AS fact, f.article, coalesce(a.published, a.fetched_at) AS said, e.id AS echo,
         e.article AS echo_article, o.name AS echo_outlet, coalesce(b.published, b.fetched_at) AS echoed,
         e.subject, e.metric_id, e.period_end, coalesce(x.text, y.text, z.text) AS stated
    FROM facts f
    JOIN facts e ON e.subject = f.subject COLLATE NOCASE AND e.metric_id = f.metric_id
         AND e.period_end IS f.period_end AND e.id <> f.id
    JOIN articles a ON a.id = f.article
    JOIN articles b ON b.id = e.article
    LEFT JOIN outlets o ON o.id = b.outlet
    LEFT JOIN money m ON m.id = f.money
    LEFT JOIN percentages p ON p.id = f.percentage
    LEFT JOIN counts n ON n.id = f."count"
    LEFT JOIN money x ON x.id = e.money
    LEFT JOIN percentages y ON y.id = e.percentage
    LEFT JOIN counts z ON z.id = e."count"
   WHERE f.confidence = 'high' AND e.confidence = 'high'
     AND coalesce(x.value, y.value, z.value) = coalesce(m.value, p.value, n.value)
     AND coalesce(x.currency, y.unit, z.noun) IS coalesce(m.currency, p.unit, n.noun)
     AND (b.story IS NOT a.story OR b.outlet IS NOT a.outlet)
     AND (coalesce(b.published, b.fetched_at), e.id) > (coalesce(a.published, a.fetched_at), f.id);

-- Every vintage of every fact: what it said with its figure, from when to when, why that ended and what stands now.
CREATE VIEW fact_vintages AS
  WITH said AS (
    SELECT id AS fact, article, CASE WHEN money IS NOT NULL THEN 'money'
             WHEN percentage IS NOT NULL THEN 'percentages' ELSE 'counts' END AS kind,
           coalesce(money, percentage, "count") AS figure, subject, company, metric, metric_id, period_start,
           period_end, direction, basis, claimed_by, scope, confidence, sentence, rule,
           coalesce(valid_from, '') AS valid_from, '~' AS valid_until, read_by, NULL AS superseded_by,
           NULL AS cause
      FROM facts
    UNION ALL
    SELECT finding, article, CASE WHEN json_extract(content, '$.money') IS NOT NULL THEN 'money'
             WHEN json_extract(content, '$.percentage') IS NOT NULL THEN 'percentages' ELSE 'counts' END,
           coalesce(json_extract(content, '$.money'), json_extract(content, '$.percentage'),
                    json_extract(content, '$.count')),
           json_extract(content, '$.subject'), json_extract(content, '$.company'),
           json_extract(content, '$.metric'), json_extract(content, '$.metric_id'),
           json_extract(content, '$.period_start'), json_extract(content, '$.period_end'),
           json_extract(content, '$.direction'), json_extract(content, '$.basis'),
           json_extract(content, '$.claimed_by'), json_extract(content, '$.scope'),
           json_extract(content, '$.confidence'), json_extract(content, '$.sentence'),
           json_extract(content, '$.rule'),
           coalesce(valid_from, ''), valid_until, read_by, superseded_by, cause
      FROM past_findings WHERE kind = 'facts'
  ),
  stated AS (
    SELECT s.*, coalesce(m.text, p.text, n.text, json_extract(g.content, '$.text')) AS stated,
           coalesce(m.value, p.value, n.value, json_extract(g.content, '$.value')) AS value,
           coalesce(m.value_max, p.value_max, n.value_max, json_extract(g.content, '$.value_max')) AS value_max,
           coalesce(m.currency, p.unit, n.noun, json_extract(g.content, '$.currency'),
                    json_extract(g.content, '$.unit'), json_extract(g.content, '$.noun')) AS unit,
           coalesce(m.usd, json_extract(g.content, '$.usd')) AS usd,
           coalesce(m.valid_from, p.valid_from, n.valid_from, g.valid_from, '') AS figure_from,
           coalesce(g.valid_until, '~') AS figure_until, g.superseded_by AS figure_superseded_by,
           g.cause AS figure_cause
      FROM said s CROSS JOIN (SELECT 0 AS past UNION ALL SELECT 1) w
      LEFT JOIN money m ON w.past = 0 AND s.kind = 'money' AND m.id = s.figure
      LEFT JOIN percentages p ON w.past = 0 AND s.kind = 'percentages' AND p.id = s.figure
      LEFT JOIN counts n ON w.past = 0 AND s.kind = 'counts' AND n.id = s.figure
      LEFT JOIN past_findings g ON w.past = 1 AND g.kind = s.kind AND g.finding = s.figure
     WHERE coalesce(m.id, p.id, n.id, g.id) IS NOT NULL
  )
  SELECT s.fact, s.article, s.subject, s.company, s.metric, s.metric_id, s.period_start, s.period_end,
         s.stated, s.value, s.value_max, s.unit, s.usd, s.direction, s.basis, s.claimed_by, s.scope,
         s.confidence, s.sentence, s.rule, nullif(max(s.valid_from, s.figure_from), '') AS valid_from,
         nullif(min(s.valid_until, s.figure_until), '~') AS valid_until, s.read_by,
         CASE WHEN s.valid_until <= s.figure_until THEN s.superseded_by ELSE s.figure_superseded_by END
           AS superseded_by,
         CASE WHEN s.valid_until <= s.figure_until THEN s.cause ELSE s.figure_cause END AS cause,
         (SELECT n.stated FROM fact_figures n WHERE n.id = s.fact) AS stands
    FROM stated s
   WHERE max(s.valid_from, s.figure_from) < min(s.valid_until, s.figure_until);
