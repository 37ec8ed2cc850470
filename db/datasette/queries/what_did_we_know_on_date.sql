-- The facts on a :subject as they were read by the end of a :date (2026-01-31, UTC), whatever was read otherwise
-- since. For everything else as of a day there is the date in the page head.
SELECT a.published, v.subject, v.metric, v.period_start, v.period_end, v.stated, v.usd, v.basis, o.name AS outlet,
       v.sentence, v.article, v.fact, v.stands AS stands_now, v.cause AS ended_by
  FROM fact_vintages v JOIN articles a ON a.id = v.article LEFT JOIN outlets o ON o.id = a.outlet
 WHERE v.subject LIKE '%' || :subject || '%' AND v.confidence = 'high'
   AND coalesce(v.valid_from, a.fetched_at) <= :date || 'T23:59:59.999999+00:00'
   AND coalesce(v.valid_until, '~') > :date || 'T23:59:59.999999+00:00'
 ORDER BY a.published DESC LIMIT 500
