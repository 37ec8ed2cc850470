-- Estimates, forecasts and targets of a :subject for a :metric (revenue, users ...), in order of publication.
SELECT published, period_end, stated, usd, basis, coalesce(claimed_by, outlet) AS source, sentence, article, id AS fact
  FROM fact_figures
 WHERE basis != 'reported' AND subject LIKE '%' || :subject || '%' AND metric_id = :metric
 ORDER BY period_end, published LIMIT 500
