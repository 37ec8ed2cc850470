-- How many stories and articles each subject has in all, so that pages can list the largest without adding up.

ALTER TABLE subjects ADD COLUMN stories INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subjects ADD COLUMN articles INTEGER NOT NULL DEFAULT 0;
UPDATE subjects SET (stories, articles) = (
  SELECT coalesce(sum(d.stories), 0), coalesce(sum(d.articles), 0) FROM daily_counts d WHERE d.subject = subjects.id
);

DROP INDEX subjects_company;
DROP INDEX subjects_theme;
CREATE INDEX subjects_company ON subjects (company, kind, stories);
CREATE INDEX subjects_theme ON subjects (theme, kind, stories);

CREATE TRIGGER daily_counts_total_insert AFTER INSERT ON daily_counts BEGIN
  UPDATE subjects SET stories = stories + new.stories, articles = articles + new.articles WHERE id = new.subject;
END;
CREATE TRIGGER daily_counts_total_update AFTER UPDATE OF stories, articles ON daily_counts BEGIN
  UPDATE subjects SET stories = stories + new.stories - old.stories,
                      articles = articles + new.articles - old.articles WHERE id = new.subject;
END;
CREATE TRIGGER daily_counts_total_delete AFTER DELETE ON daily_counts BEGIN
  UPDATE subjects SET stories = stories - old.stories, articles = articles - old.articles WHERE id = old.subject;
END;

-- What the funnel counts, without reading the articles' texts.
CREATE INDEX articles_funnel ON articles (body_source, read_at, on_beat);
