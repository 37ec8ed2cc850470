-- The newest revenue, download and user figure of every company and app, the largest in dollars first.
WITH newest AS (
  SELECT max(coalesce(period_end, '') || '|' || printf('%015d', id)) AS last
    FROM facts
   WHERE metric_id IN ('revenue', 'downloads', 'users') AND company IS NOT NULL AND confidence = 'high'
   GROUP BY company, metric_id
)
SELECT f.company_name, f.metric_id, f.stated, f.usd, f.period_start, f.period_end,
       coalesce(f.claimed_by, f.outlet) AS source, f.company, f.article, f.id AS fact
  FROM newest n JOIN fact_figures f ON f.id = CAST(substr(n.last, instr(n.last, '|') + 1) AS INTEGER)
 ORDER BY f.metric_id, coalesce(f.usd, f.value) DESC LIMIT 300
