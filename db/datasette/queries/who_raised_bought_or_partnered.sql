-- Funding, valuations and deals, newest first.
SELECT published, subject, metric, stated, usd, outlet, sentence, article, id AS fact
  FROM fact_figures WHERE metric_id IN ('funding', 'valuation', 'deal_value', 'stake')
 ORDER BY published DESC LIMIT 300
