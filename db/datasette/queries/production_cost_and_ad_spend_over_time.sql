-- Budgets, costs, prices and advertising spend, in order of the period they cover.
SELECT coalesce(period_end, substr(published, 1, 10)) AS day, subject, metric, stated, usd, coalesce(claimed_by, outlet) AS source, sentence, article, id AS fact
  FROM fact_figures
 WHERE metric_id IN ('budget', 'expenses', 'price') OR metric LIKE '%cost%' OR metric LIKE '%spend%'
    OR metric LIKE '%advertis%'
 ORDER BY day DESC LIMIT 300
