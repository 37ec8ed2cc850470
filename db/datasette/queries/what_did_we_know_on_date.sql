-- The facts on a :subject that had been published by a :date (2026-01-31).
SELECT published, subject, metric, period_start, period_end, stated, usd, basis, outlet, sentence, article, id AS fact
  FROM fact_figures
 WHERE published <= :date || 'T23:59:59' AND subject LIKE '%' || :subject || '%' AND confidence = 'high'
 ORDER BY published DESC LIMIT 500
