-- Outlets, feeds and what was collected ------------------------------------------------------

CREATE TABLE outlets (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  domain TEXT,
  kind TEXT NOT NULL DEFAULT 'trade press'
    CHECK (kind IN ('press release wire', 'trade press', 'general', 'blog', 'other')),
  country TEXT
) STRICT;

CREATE TABLE feeds (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  title TEXT,
  site_url TEXT,
  kind TEXT NOT NULL DEFAULT 'feed' CHECK (kind IN ('feed', 'search', 'sitemap', 'hand')),
  outlet INTEGER REFERENCES outlets (id),
  group_name TEXT,
  headers TEXT NOT NULL DEFAULT '{}',
  cookies_file TEXT,
  include TEXT NOT NULL DEFAULT '[]',
  exclude TEXT NOT NULL DEFAULT '[]',
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'gone')),
  added_at TEXT NOT NULL,
  verified_at TEXT,
  etag TEXT,
  last_modified TEXT,
  validators_since TEXT,
  content_hash TEXT,
  interval_seconds INTEGER NOT NULL DEFAULT 1800,
  next_poll_at TEXT NOT NULL,
  last_poll_at TEXT,
  last_success_at TEXT,
  last_new_at TEXT,
  failures INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  advice TEXT,
  redirect_to TEXT,
  redirects INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX feeds_due ON feeds (state, next_poll_at);

CREATE TABLE polls (
  id INTEGER PRIMARY KEY,
  feed INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
  started_at TEXT NOT NULL,
  seconds REAL NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('new', 'nothing new', 'not modified', 'error', 'gone')),
  status INTEGER,
  bytes INTEGER NOT NULL DEFAULT 0,
  entries INTEGER NOT NULL DEFAULT 0,
  new_entries INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT;
CREATE INDEX polls_feed ON polls (feed, started_at);

CREATE TABLE stories (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  first_article INTEGER,
  first_outlet INTEGER REFERENCES outlets (id),
  first_published TEXT,
  articles INTEGER NOT NULL DEFAULT 0,
  outlets INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  outlet INTEGER REFERENCES outlets (id),
  title TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT '',
  body_source TEXT NOT NULL CHECK (body_source IN ('feed', 'page', 'summary', 'title', 'hand')),
  note TEXT,
  author TEXT,
  language TEXT,
  published TEXT,
  published_source TEXT NOT NULL DEFAULT 'none'
    CHECK (published_source IN ('feed', 'page', 'text', 'hand', 'none')),
  published_precision TEXT CHECK (published_precision IN ('second', 'day', 'month', 'year')),
  fetched_at TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  story INTEGER REFERENCES stories (id),
  extractor_version TEXT,
  read_at TEXT,
  read_failures INTEGER NOT NULL DEFAULT 0,
  failed_version TEXT,
  error TEXT,
  on_beat INTEGER CHECK (on_beat IN (0, 1)),
  beat_reason TEXT
) STRICT;
CREATE INDEX articles_unread ON articles (extractor_version, id);
CREATE INDEX articles_published ON articles (published);
CREATE INDEX articles_story ON articles (story);
CREATE INDEX articles_text_hash ON articles (text_hash);
CREATE INDEX articles_outlet ON articles (outlet, published);

CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  feed INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  guid TEXT,
  link TEXT,
  url TEXT,
  title TEXT NOT NULL DEFAULT '',
  summary TEXT NOT NULL DEFAULT '',
  content TEXT NOT NULL DEFAULT '',
  author TEXT,
  published TEXT,
  published_precision TEXT,
  updated TEXT,
  publisher TEXT,
  publisher_url TEXT,
  language TEXT,
  content_hash TEXT NOT NULL,
  first_seen_at TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'filtered', 'failed')),
  tries INTEGER NOT NULL DEFAULT 0,
  next_try_at TEXT,
  error TEXT,
  article INTEGER REFERENCES articles (id) ON DELETE SET NULL,
  UNIQUE (feed, key)
) STRICT;
CREATE INDEX entries_state ON entries (state, next_try_at);
CREATE INDEX entries_article ON entries (article);

CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  seen_at TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  UNIQUE (article, text_hash)
) STRICT;

CREATE TABLE sightings (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  feed INTEGER REFERENCES feeds (id) ON DELETE SET NULL,
  entry INTEGER REFERENCES entries (id) ON DELETE SET NULL,
  url TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  UNIQUE (article, feed, url)
) STRICT;
CREATE INDEX sightings_feed ON sightings (feed);
CREATE INDEX sightings_entry ON sightings (entry);

CREATE VIRTUAL TABLE articles_fts USING fts5 (
  title, body, content = 'articles', content_rowid = 'id', tokenize = 'porter unicode61'
);
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN
  INSERT INTO articles_fts (rowid, title, body) VALUES (new.id, new.title, new.body);
END;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN
  INSERT INTO articles_fts (articles_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
END;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF title, body ON articles BEGIN
  INSERT INTO articles_fts (articles_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
  INSERT INTO articles_fts (rowid, title, body) VALUES (new.id, new.title, new.body);
END;

-- What was read ------------------------------------------------------------------------------

CREATE TABLE money (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  part TEXT NOT NULL CHECK (part IN ('title', 'body')),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  value REAL NOT NULL,
  value_max REAL,
  currency TEXT,
  approx TEXT,
  negative INTEGER NOT NULL DEFAULT 0,
  inferred INTEGER NOT NULL DEFAULT 0,
  pair_of INTEGER REFERENCES money (id) ON DELETE SET NULL,
  pair_mismatch INTEGER NOT NULL DEFAULT 0,
  usd REAL,
  usd_max REAL,
  fx_rate REAL,
  fx_date TEXT,
  fx_source TEXT,
  fx_method TEXT,
  sentence TEXT NOT NULL,
  rule TEXT NOT NULL
) STRICT;
CREATE INDEX money_article ON money (article);
CREATE INDEX money_pair ON money (pair_of);
CREATE INDEX money_usd ON money (usd);

CREATE TABLE percentages (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  part TEXT NOT NULL CHECK (part IN ('title', 'body')),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  value REAL NOT NULL,
  value_max REAL,
  unit TEXT NOT NULL CHECK (unit IN ('percent', 'percentage_point', 'bps', 'multiple')),
  approx TEXT,
  negative INTEGER NOT NULL DEFAULT 0,
  sentence TEXT NOT NULL,
  rule TEXT NOT NULL
) STRICT;
CREATE INDEX percentages_article ON percentages (article);

CREATE TABLE counts (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  part TEXT NOT NULL CHECK (part IN ('title', 'body')),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  value REAL NOT NULL,
  value_max REAL,
  noun TEXT NOT NULL,
  approx TEXT,
  sentence TEXT NOT NULL,
  rule TEXT NOT NULL
) STRICT;
CREATE INDEX counts_article ON counts (article);

CREATE TABLE companies (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  known_id TEXT UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'company',
  chinese_name TEXT,
  ticker TEXT,
  country TEXT,
  merged_into INTEGER REFERENCES companies (id),
  first_seen_at TEXT
) STRICT;
CREATE INDEX companies_merged ON companies (merged_into);

CREATE TABLE aliases (
  id INTEGER PRIMARY KEY,
  company INTEGER NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
  alias TEXT NOT NULL,
  key TEXT NOT NULL,
  source TEXT NOT NULL,
  UNIQUE (company, alias)
) STRICT;
CREATE INDEX aliases_key ON aliases (key);

CREATE TABLE ownerships (
  id INTEGER PRIMARY KEY,
  owned INTEGER NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
  owner INTEGER NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
  relation TEXT NOT NULL,
  stake REAL,
  since TEXT,
  until TEXT,
  source TEXT NOT NULL,
  UNIQUE (owned, owner, relation)
) STRICT;
CREATE INDEX ownerships_owner ON ownerships (owner);

CREATE TABLE company_mentions (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  company INTEGER NOT NULL REFERENCES companies (id),
  named INTEGER NOT NULL REFERENCES companies (id),
  part TEXT NOT NULL CHECK (part IN ('title', 'body')),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  sentence TEXT NOT NULL,
  source TEXT NOT NULL,
  rule TEXT NOT NULL,
  on_beat INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX company_mentions_article ON company_mentions (article);
CREATE INDEX company_mentions_company ON company_mentions (company, article);
CREATE INDEX company_mentions_named ON company_mentions (named);

CREATE TABLE themes (
  id TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  family TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE theme_mentions (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  theme TEXT NOT NULL REFERENCES themes (id),
  part TEXT NOT NULL CHECK (part IN ('title', 'body')),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  sentence TEXT NOT NULL,
  rule TEXT NOT NULL,
  on_beat INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX theme_mentions_article ON theme_mentions (article);
CREATE INDEX theme_mentions_theme ON theme_mentions (theme, article);

CREATE TABLE country_mentions (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  country TEXT NOT NULL,
  part TEXT NOT NULL CHECK (part IN ('title', 'body')),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  sentence TEXT NOT NULL,
  rule TEXT NOT NULL
) STRICT;
CREATE INDEX country_mentions_article ON country_mentions (article);
CREATE INDEX country_mentions_country ON country_mentions (country, article);

CREATE TABLE title_mentions (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  part TEXT NOT NULL CHECK (part IN ('title', 'body')),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  sentence TEXT NOT NULL,
  rule TEXT NOT NULL
) STRICT;
CREATE INDEX title_mentions_article ON title_mentions (article);
CREATE INDEX title_mentions_text ON title_mentions (text);

CREATE TABLE facts (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  money INTEGER REFERENCES money (id) ON DELETE CASCADE,
  percentage INTEGER REFERENCES percentages (id) ON DELETE CASCADE,
  "count" INTEGER REFERENCES counts (id) ON DELETE CASCADE,
  subject TEXT,
  company INTEGER REFERENCES companies (id),
  metric TEXT,
  metric_id TEXT,
  period_start TEXT,
  period_end TEXT,
  direction TEXT CHECK (direction IN ('up', 'down')),
  basis TEXT NOT NULL CHECK (basis IN ('reported', 'estimate', 'forecast', 'target')),
  claimed_by TEXT,
  scope TEXT NOT NULL DEFAULT '[]',
  confidence TEXT NOT NULL CHECK (confidence IN ('high', 'low')),
  sentence TEXT NOT NULL,
  rule TEXT NOT NULL,
  on_beat INTEGER NOT NULL DEFAULT 1,
  CHECK ((money IS NOT NULL) + (percentage IS NOT NULL) + ("count" IS NOT NULL) = 1)
) STRICT;
CREATE INDEX facts_article ON facts (article);
CREATE INDEX facts_money ON facts (money);
CREATE INDEX facts_percentage ON facts (percentage);
CREATE INDEX facts_count ON facts ("count");
CREATE INDEX facts_company ON facts (company, metric_id);
CREATE INDEX facts_metric ON facts (metric_id, period_end);

-- What was written ---------------------------------------------------------------------------

CREATE TABLE digests (
  id INTEGER PRIMARY KEY,
  day TEXT NOT NULL UNIQUE,
  since TEXT NOT NULL,
  until TEXT NOT NULL,
  created_at TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('digest', 'alert')),
  key TEXT NOT NULL,
  target TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  next_try_at TEXT,
  sent_at TEXT,
  error TEXT,
  UNIQUE (kind, key, target)
) STRICT;

CREATE TABLE alerts (
  id INTEGER PRIMARY KEY,
  rule TEXT NOT NULL,
  event TEXT NOT NULL,
  fired_at TEXT NOT NULL,
  armed INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL,
  content TEXT NOT NULL,
  UNIQUE (rule, event)
) STRICT;

CREATE TABLE jobs (
  name TEXT PRIMARY KEY,
  last_started_at TEXT,
  last_finished_at TEXT,
  next_run_at TEXT,
  runs INTEGER NOT NULL DEFAULT 0,
  missed INTEGER NOT NULL DEFAULT 0,
  overrun INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT, WITHOUT ROWID;

-- Views that say it in words -----------------------------------------------------------------

CREATE VIEW figures AS
  SELECT 'money' AS kind, id, article, part, start, "end", text, value, value_max, currency AS unit,
         approx, usd, sentence, rule FROM money
  UNION ALL
  SELECT unit, id, article, part, start, "end", text, value, value_max, unit, approx, NULL, sentence, rule
    FROM percentages
  UNION ALL
  SELECT 'count', id, article, part, start, "end", text, value, value_max, noun, approx, NULL, sentence, rule
    FROM counts;

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
         f.direction, f.basis, f.claimed_by, f.scope, f.confidence, f.sentence, f.rule, f.on_beat
    FROM facts f
    JOIN articles a ON a.id = f.article
    LEFT JOIN outlets o ON o.id = a.outlet
    LEFT JOIN companies c ON c.id = f.company
    LEFT JOIN money m ON m.id = f.money
    LEFT JOIN percentages p ON p.id = f.percentage
    LEFT JOIN counts n ON n.id = f."count";
