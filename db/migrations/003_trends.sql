-- Stories' near copies, and the counts by day that trends read.

-- Where near copies meet: a row for each band of an article's MinHash, by the week of its publication. No
-- foreign key: rows of deleted articles find nothing, and without an index on article a week is one range.
CREATE TABLE story_bands (
  week INTEGER NOT NULL,
  key INTEGER NOT NULL,
  article INTEGER NOT NULL,
  PRIMARY KEY (week, key, article)
) STRICT, WITHOUT ROWID;

ALTER TABLE articles ADD COLUMN story_hash TEXT;
ALTER TABLE articles ADD COLUMN body_pruned_at TEXT;

-- An article whose body was pruned cannot be read anew, and must not be looked at again and again.
DROP INDEX articles_unread;
CREATE INDEX articles_unread ON articles (extractor_version, id) WHERE body_pruned_at IS NULL;
CREATE TRIGGER articles_body_again AFTER UPDATE OF body ON articles
WHEN new.body != '' AND new.body_pruned_at IS NOT NULL BEGIN
  UPDATE articles SET body_pruned_at = NULL WHERE id = new.id;
END;

-- What is counted: everything, titles without a text, languages; themes, companies, both together, metrics.
CREATE TABLE subjects (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('coverage', 'theme', 'company', 'theme and company', 'metric')),
  key TEXT NOT NULL,
  theme TEXT REFERENCES themes (id),
  company INTEGER REFERENCES companies (id),
  metric TEXT,
  UNIQUE (kind, key)
) STRICT;
CREATE INDEX subjects_company ON subjects (company);
CREATE INDEX subjects_theme ON subjects (theme);

-- No foreign keys to articles and stories here: what a deleted one counted for must first be taken off the days.
CREATE TABLE article_subjects (
  article INTEGER NOT NULL,
  subject INTEGER NOT NULL REFERENCES subjects (id),
  day TEXT NOT NULL,
  outlet INTEGER,
  on_beat INTEGER NOT NULL CHECK (on_beat IN (0, 1)),
  PRIMARY KEY (article, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_subjects_day ON article_subjects (subject, day, on_beat, outlet);

CREATE TABLE story_subjects (
  story INTEGER NOT NULL,
  subject INTEGER NOT NULL REFERENCES subjects (id),
  day TEXT NOT NULL,
  day_on_beat TEXT,
  PRIMARY KEY (story, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_subjects_day ON story_subjects (subject, day_on_beat);

CREATE TABLE daily_counts (
  kind TEXT NOT NULL,
  subject INTEGER NOT NULL REFERENCES subjects (id),
  day TEXT NOT NULL,
  stories INTEGER NOT NULL DEFAULT 0,
  articles INTEGER NOT NULL DEFAULT 0,
  all_stories INTEGER NOT NULL DEFAULT 0,
  all_articles INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (subject, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX daily_counts_day ON daily_counts (kind, day, subject, stories, articles, all_stories, all_articles);
CREATE TRIGGER daily_counts_nothing AFTER UPDATE ON daily_counts
WHEN new.all_articles = 0 AND new.all_stories = 0 AND new.articles = 0 AND new.stories = 0 BEGIN
  DELETE FROM daily_counts WHERE subject = new.subject AND day = new.day;
END;

-- Which articles and stories are to be counted anew, at the end of the transaction that changed them.
CREATE TABLE stale_articles (article INTEGER PRIMARY KEY) STRICT;
CREATE TABLE stale_stories (story INTEGER PRIMARY KEY) STRICT;
INSERT INTO stale_articles SELECT id FROM articles;

CREATE TRIGGER stale_article_insert AFTER INSERT ON articles BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (new.id);
END;
CREATE TRIGGER stale_article_update
AFTER UPDATE OF outlet, body_source, language, published, published_precision, fetched_at, on_beat, story
ON articles BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (new.id);
  INSERT OR IGNORE INTO stale_stories SELECT old.story WHERE old.story IS NOT NULL;
END;
CREATE TRIGGER stale_article_delete BEFORE DELETE ON articles BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (old.id);
  INSERT OR IGNORE INTO stale_stories SELECT old.story WHERE old.story IS NOT NULL;
END;
CREATE TRIGGER stale_story_delete AFTER DELETE ON stories BEGIN
  INSERT OR IGNORE INTO stale_stories VALUES (old.id);
END;
CREATE TRIGGER stale_theme_insert AFTER INSERT ON theme_mentions BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (new.article);
END;
CREATE TRIGGER stale_theme_update AFTER UPDATE OF article, theme, on_beat ON theme_mentions BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (old.article), (new.article);
END;
CREATE TRIGGER stale_theme_delete AFTER DELETE ON theme_mentions BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (old.article);
END;
CREATE TRIGGER stale_company_insert AFTER INSERT ON company_mentions BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (new.article);
END;
CREATE TRIGGER stale_company_update AFTER UPDATE OF article, company, on_beat ON company_mentions BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (old.article), (new.article);
END;
CREATE TRIGGER stale_company_delete AFTER DELETE ON company_mentions BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (old.article);
END;
CREATE TRIGGER stale_fact_insert AFTER INSERT ON facts BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (new.article);
END;
CREATE TRIGGER stale_fact_update AFTER UPDATE OF article, metric_id, confidence, on_beat ON facts BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (old.article), (new.article);
END;
CREATE TRIGGER stale_fact_delete AFTER DELETE ON facts BEGIN
  INSERT OR IGNORE INTO stale_articles VALUES (old.article);
END;

-- The counts by day in words.
CREATE VIEW daily_trends AS
  SELECT s.kind, s.key, s.theme, s.company, c.name AS company_name, s.metric, d.day, d.stories, d.articles,
         d.all_stories, d.all_articles, e.stories AS of_stories, e.articles AS of_articles
    FROM daily_counts d JOIN subjects s ON s.id = d.subject
    LEFT JOIN companies c ON c.id = s.company
    LEFT JOIN daily_counts e ON e.day = d.day
         AND e.subject = (SELECT id FROM subjects WHERE kind = 'coverage' AND key = 'everything');

-- Which themes stand together with which companies, themes and countries: on the beat, a story counted once.
CREATE VIEW theme_companies AS
  SELECT s.theme, s.company, c.name AS company_name, sum(d.stories) AS stories, sum(d.articles) AS articles,
         min(d.day) AS first_day, max(d.day) AS last_day
    FROM subjects s JOIN daily_counts d ON d.subject = s.id JOIN companies c ON c.id = s.company
   WHERE s.kind = 'theme and company' AND d.articles > 0
   GROUP BY s.id;
CREATE VIEW theme_pairs AS
  SELECT t.theme, o.theme AS other_theme, count(DISTINCT coalesce(a.story, -a.id)) AS stories,
         count(DISTINCT a.id) AS articles, min(a.published) AS first_published,
         max(a.published) AS last_published
    FROM theme_mentions t JOIN theme_mentions o ON o.article = t.article AND o.theme <> t.theme
    JOIN articles a ON a.id = t.article
   WHERE t.on_beat = 1 AND o.on_beat = 1
   GROUP BY t.theme, o.theme;
CREATE VIEW theme_countries AS
  SELECT t.theme, m.country, count(DISTINCT coalesce(a.story, -a.id)) AS stories,
         count(DISTINCT a.id) AS articles, min(a.published) AS first_published,
         max(a.published) AS last_published
    FROM theme_mentions t JOIN country_mentions m ON m.article = t.article
         AND (m.sentence = t.sentence OR m.rule = 'audience')
    JOIN articles a ON a.id = t.article
   WHERE t.on_beat = 1
   GROUP BY t.theme, m.country;
