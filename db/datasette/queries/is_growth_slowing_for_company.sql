-- Growth rates stated for a :company, by period.
SELECT period_start, period_end, metric, stated, direction, basis, coalesce(claimed_by, outlet) AS source, sentence, article, id AS fact
  FROM fact_figures
 WHERE kind IN ('percent', 'multiple') AND direction IS NOT NULL
   AND (company_name LIKE '%' || :company || '%' OR subject LIKE '%' || :company || '%')
 ORDER BY period_end, published LIMIT 300
