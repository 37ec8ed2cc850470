-- Who published a figure first and who repeated it. :words is part of the sentence, such as an amount.
SELECT published, outlet, stated, subject, metric, claimed_by, sentence, article, id AS fact
  FROM fact_figures WHERE sentence LIKE '%' || :words || '%'
 ORDER BY published, id LIMIT 200
