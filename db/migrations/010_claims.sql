-- Claims: what facts of high confidence say, put so that they can be held against one another; and what came of it.

CREATE TABLE claims (
  fact INTEGER PRIMARY KEY REFERENCES facts (id) ON DELETE CASCADE,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  series TEXT NOT NULL,
  period_end TEXT,
  said_by TEXT
) STRICT;
CREATE INDEX claims_series ON claims (series, period_end);
CREATE INDEX claims_article ON claims (article);

CREATE TABLE conflicts (
  one INTEGER NOT NULL REFERENCES claims (fact) ON DELETE CASCADE,
  other INTEGER NOT NULL REFERENCES claims (fact) ON DELETE CASCADE,
  gap REAL NOT NULL,
  slip TEXT,
  PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX conflicts_other ON conflicts (other);

CREATE TABLE checks (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('growth', 'shares', 'part')),
  holds INTEGER NOT NULL CHECK (holds IN (0, 1)),
  expected REAL NOT NULL,
  found REAL NOT NULL,
  note TEXT NOT NULL,
  facts TEXT NOT NULL
) STRICT;
CREATE INDEX checks_article ON checks (article);
CREATE INDEX checks_fail ON checks (holds, article);

-- Articles whose claims are to be told anew, at the end of the transaction that changed their facts.
CREATE TABLE stale_claims (article INTEGER PRIMARY KEY) STRICT;
INSERT INTO stale_claims SELECT DISTINCT article FROM facts;
CREATE TRIGGER stale_claim_insert AFTER INSERT ON facts BEGIN
  INSERT OR IGNORE INTO stale_claims VALUES (new.article);
END;
CREATE TRIGGER stale_claim_update AFTER UPDATE ON facts BEGIN
  INSERT OR IGNORE INTO stale_claims VALUES (new.article);
END;
CREATE TRIGGER stale_claim_delete AFTER DELETE ON facts BEGIN
  INSERT OR IGNORE INTO stale_claims VALUES (old.article);
END;
CREATE TRIGGER stale_claim_money AFTER UPDATE OF value, value_max, currency, approx, usd ON money BEGIN
  INSERT OR IGNORE INTO stale_claims VALUES (new.article);
END;
CREATE TRIGGER stale_claim_percentage AFTER UPDATE OF value, value_max, unit, approx ON percentages BEGIN
  INSERT OR IGNORE INTO stale_claims VALUES (new.article);
END;
CREATE TRIGGER stale_claim_count AFTER UPDATE OF value, value_max, noun, approx ON counts BEGIN
  INSERT OR IGNORE INTO stale_claims VALUES (new.article);
END;

-- What was reported of the same thing: a story's copies, and quotes of one source's number, stand once.
CREATE VIEW series AS
  SELECT c.series, f.subject, f.company, f.company_name, f.metric, f.metric_id, f.period_start, f.period_end,
         f.stated, f.value, f.value_max, f.unit, f.usd, f.approx, f.direction, f.basis, f.scope, f.claimed_by,
         f.outlet, f.published, f.sentence, f.rule, f.article, f.url, f.id AS fact
    FROM claims c CROSS JOIN fact_figures f ON f.id = c.fact
   WHERE f.on_beat = 1 AND NOT EXISTS (
     SELECT 1 FROM claims e CROSS JOIN fact_figures g ON g.id = e.fact
      WHERE e.series = c.series AND e.period_end IS c.period_end AND e.fact <> c.fact AND g.on_beat = 1
        AND g.period_start IS f.period_start AND g.unit IS f.unit AND g.value = f.value
        AND g.value_max IS f.value_max AND (g.story = f.story OR e.said_by = c.said_by)
        AND (coalesce(g.published, ''), g.id) < (coalesce(f.published, ''), f.id));

-- Two sources, one subject, metric and period, two values: side by side, the lower first, equal pairs once.
CREATE VIEW disagreements AS
  SELECT subject, metric, period_start, period_end, stated, outlet, claimed_by, other_stated, other_outlet,
         other_claimed_by, gap, slip, sentence, other_sentence, published, other_published, article,
         other_article, fact, other_fact
    FROM (
      SELECT coalesce(a.company_name, a.subject) AS subject, a.metric, a.period_start, a.period_end, a.stated,
             a.outlet, a.claimed_by, b.stated AS other_stated, b.outlet AS other_outlet,
             b.claimed_by AS other_claimed_by, x.gap, x.slip, a.sentence, b.sentence AS other_sentence,
             a.published, b.published AS other_published, a.article, b.article AS other_article,
             a.id AS fact, b.id AS other_fact,
             row_number() OVER (
               PARTITION BY c.series, c.period_end, min(a.value, b.value), max(a.value, b.value),
                            min(coalesce(a.unit, ''), coalesce(b.unit, '')),
                            max(coalesce(a.unit, ''), coalesce(b.unit, ''))
               ORDER BY coalesce(a.published, ''), a.id, coalesce(b.published, ''), b.id) AS place
        FROM conflicts x JOIN claims c ON c.fact = x.one
        JOIN fact_figures a ON a.id = x.one JOIN fact_figures b ON b.id = x.other
       WHERE a.on_beat = 1 AND b.on_beat = 1
         AND (a.story IS NOT b.story OR (a.story IS NULL AND a.outlet IS NOT b.outlet))
    )
   WHERE place = 1;
