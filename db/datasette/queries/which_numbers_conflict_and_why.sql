-- Facts of one subject, metric, period and unit for which outlets give different values, side by side.
WITH claims AS (
  SELECT *, lower(subject) || '|' || metric_id || '|' || coalesce(period_start, '') || '|' || period_end || '|'
         || coalesce(unit, '') || '|' || scope AS series
    FROM fact_figures
   WHERE confidence = 'high' AND subject IS NOT NULL AND metric_id IS NOT NULL AND period_end IS NOT NULL
     AND basis = 'reported'
)
SELECT a.subject, a.metric, a.period_start, a.period_end, a.stated AS one, a.outlet AS says, b.stated AS other,
       b.outlet AS "says it", round(100.0 * (b.value - a.value) / a.value, 1) AS percent_apart, a.scope,
       a.sentence, b.sentence AS other_sentence, a.article, b.article AS other_article
  FROM claims a JOIN claims b ON b.series = a.series AND b.value > a.value * 1.005 AND b.article != a.article
   AND coalesce(b.story, -1) != coalesce(a.story, -2)
 GROUP BY a.series, a.value, b.value ORDER BY percent_apart DESC LIMIT 200
