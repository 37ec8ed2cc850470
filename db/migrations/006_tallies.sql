-- How far what was found came, kept as it changes, so that the overview adds up no table.

CREATE TABLE tallies (name TEXT PRIMARY KEY, "count" INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO tallies SELECT name, "count" FROM (
  SELECT 'entries' AS name, (SELECT count(*) FROM entries) AS "count"
  UNION ALL SELECT 'articles', (SELECT count(*) FROM articles)
  UNION ALL SELECT 'with_body', (SELECT count(*) FROM articles WHERE body_source NOT IN ('title', 'summary'))
  UNION ALL SELECT 'read', (SELECT count(*) FROM articles WHERE read_at IS NOT NULL)
  UNION ALL SELECT 'on_beat', (SELECT count(*) FROM articles WHERE on_beat = 1)
  UNION ALL SELECT 'with_facts', (SELECT count(DISTINCT article) FROM facts)
);

CREATE TRIGGER tally_entry_insert AFTER INSERT ON entries BEGIN
  UPDATE tallies SET "count" = "count" + 1 WHERE name = 'entries';
END;
CREATE TRIGGER tally_entry_delete AFTER DELETE ON entries BEGIN
  UPDATE tallies SET "count" = "count" - 1 WHERE name = 'entries';
END;
CREATE TRIGGER tally_article_insert AFTER INSERT ON articles BEGIN
  UPDATE tallies SET "count" = "count" + CASE name
      WHEN 'articles' THEN 1
      WHEN 'with_body' THEN coalesce(new.body_source NOT IN ('title', 'summary'), 0)
      WHEN 'read' THEN new.read_at IS NOT NULL
      ELSE new.on_beat IS 1 END
   WHERE name IN ('articles', 'with_body', 'read', 'on_beat');
END;
CREATE TRIGGER tally_article_update AFTER UPDATE OF body_source, read_at, on_beat ON articles
 WHEN new.body_source IS NOT old.body_source OR (new.read_at IS NULL) <> (old.read_at IS NULL)
   OR new.on_beat IS NOT old.on_beat
BEGIN
  UPDATE tallies SET "count" = "count" + CASE name
      WHEN 'with_body' THEN coalesce(new.body_source NOT IN ('title', 'summary'), 0)
                          - coalesce(old.body_source NOT IN ('title', 'summary'), 0)
      WHEN 'read' THEN (new.read_at IS NOT NULL) - (old.read_at IS NOT NULL)
      ELSE (new.on_beat IS 1) - (old.on_beat IS 1) END
   WHERE name IN ('with_body', 'read', 'on_beat');
END;
CREATE TRIGGER tally_article_delete AFTER DELETE ON articles BEGIN
  UPDATE tallies SET "count" = "count" - CASE name
      WHEN 'articles' THEN 1
      WHEN 'with_body' THEN coalesce(old.body_source NOT IN ('title', 'summary'), 0)
      WHEN 'read' THEN old.read_at IS NOT NULL
      ELSE old.on_beat IS 1 END
   WHERE name IN ('articles', 'with_body', 'read', 'on_beat');
END;
CREATE TRIGGER tally_fact_insert AFTER INSERT ON facts
 WHEN NOT EXISTS (SELECT 1 FROM facts WHERE article = new.article AND id <> new.id)
BEGIN
  UPDATE tallies SET "count" = "count" + 1 WHERE name = 'with_facts';
END;
CREATE TRIGGER tally_fact_delete AFTER DELETE ON facts
 WHEN NOT EXISTS (SELECT 1 FROM facts WHERE article = old.article)
BEGIN
  UPDATE tallies SET "count" = "count" - 1 WHERE name = 'with_facts';
END;

-- The newest facts of a company, by their rows.
CREATE INDEX facts_company_newest ON facts (company);
