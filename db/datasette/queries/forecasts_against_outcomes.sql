-- Forecasts and targets beside what was later reported for the same subject, metric and end of period.
SELECT f.subject, f.metric, f.period_end, f.stated AS forecast, f.published AS said, f.outlet,
       r.stated AS outcome, r.published AS reported, f.article, r.article AS outcome_article,
       f.id AS fact, r.id AS outcome_fact
  FROM fact_figures f
  LEFT JOIN fact_figures r ON lower(r.subject) = lower(f.subject) AND r.metric_id = f.metric_id
   AND r.period_end = f.period_end AND r.unit IS f.unit AND r.basis = 'reported'
 WHERE f.basis IN ('forecast', 'target', 'estimate') AND f.metric_id IS NOT NULL AND f.period_end IS NOT NULL
 ORDER BY r.stated IS NULL, f.period_end LIMIT 300
