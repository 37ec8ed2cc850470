-- Profits and losses by company, newest period first.
SELECT subject, metric, stated, usd, period_start, period_end, direction, basis, outlet, sentence, article, id AS fact
  FROM fact_figures WHERE metric_id IN ('profit', 'loss') ORDER BY period_end DESC, subject LIMIT 300
