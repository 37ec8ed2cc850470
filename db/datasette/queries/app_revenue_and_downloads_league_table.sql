-- The newest revenue and download figure of every company and app, the largest in dollars first.
WITH newest AS (
  SELECT *, row_number() OVER (PARTITION BY company, metric_id ORDER BY period_end DESC, published DESC) AS place
    FROM fact_figures WHERE company IS NOT NULL AND metric_id IN ('revenue', 'downloads', 'users')
)
SELECT company_name, metric_id, stated, usd, period_start, period_end, coalesce(claimed_by, outlet) AS source, company, article
  FROM newest WHERE place = 1 ORDER BY metric_id, coalesce(usd, value) DESC LIMIT 300
