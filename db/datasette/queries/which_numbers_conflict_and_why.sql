-- Facts of one subject, metric, period and unit whose lowest and highest reported values differ, and what tells
-- the two claims apart: their sources, when they were published, how exact they are. Looks through the newest
-- 100,000 facts.
WITH claims AS (
  SELECT lower(subject) || '|' || metric_id || '|' || coalesce(period_start, '') || '|' || period_end || '|'
         || coalesce(unit, '') || '|' || scope AS series, *
    FROM fact_figures
   WHERE confidence = 'high' AND on_beat = 1 AND subject IS NOT NULL AND metric_id IS NOT NULL
     AND period_end IS NOT NULL AND basis = 'reported' AND value > 0
     AND id > (SELECT max(id) - 100000 FROM facts)
),
lowest AS MATERIALIZED (SELECT min(value) AS low, * FROM claims GROUP BY series),
highest AS MATERIALIZED (SELECT max(value) AS high, * FROM claims GROUP BY series)
SELECT a.subject, a.metric, a.period_start, a.period_end, a.stated AS one, a.outlet AS says,
       b.stated AS other, b.outlet AS "says it", round(100.0 * (b.high - a.low) / a.low, 1) AS percent_apart,
       CASE WHEN coalesce(a.claimed_by, '') <> coalesce(b.claimed_by, '')
            THEN 'two sources: ' || coalesce(a.claimed_by, a.outlet, 'unnamed') || ' and '
                 || coalesce(b.claimed_by, b.outlet, 'unnamed')
            WHEN abs(julianday(b.published) - julianday(a.published)) > 45
            THEN 'one was published '
                 || CAST(abs(julianday(b.published) - julianday(a.published)) AS INTEGER) || ' days after the other'
            WHEN coalesce(a.approx, '') <> coalesce(b.approx, '') THEN 'one is rounded or a bound'
            ELSE 'two outlets give different values' END AS why,
       a.scope, a.sentence, b.sentence AS other_sentence, a.article, b.article AS other_article
  FROM lowest a JOIN highest b ON b.series = a.series
 WHERE b.high > a.low * 1.005 AND b.article <> a.article AND coalesce(b.story, -1) <> coalesce(a.story, -2)
 ORDER BY percent_apart DESC, a.subject LIMIT 200
