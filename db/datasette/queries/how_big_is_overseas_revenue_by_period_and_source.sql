-- Revenue figures whose scope or wording says overseas, by period and by who claims them, stated and in dollars.
SELECT period_start, period_end, subject, stated, usd, coalesce(claimed_by, outlet) AS source, basis, sentence, article, id AS fact
  FROM fact_figures
 WHERE metric_id = 'revenue' AND (scope LIKE '%overseas%' OR metric LIKE '%overseas%') AND kind = 'money'
 ORDER BY period_end DESC, period_start DESC, source
