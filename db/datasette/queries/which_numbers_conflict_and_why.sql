-- Where two sources report different values for one subject, metric and period, and what tells the two claims
-- apart: their sources, when they were published, how exact they are, a slip of scale.
SELECT d.subject, d.metric, d.period_start, d.period_end, d.stated AS one, d.outlet AS says,
       d.other_stated AS other, d.other_outlet AS "says it", round(100 * d.gap / (1 - d.gap), 1) AS percent_apart,
       CASE WHEN d.slip IS NOT NULL THEN d.slip
            WHEN coalesce(d.claimed_by, '') <> coalesce(d.other_claimed_by, '')
            THEN 'two sources: ' || coalesce(d.claimed_by, d.outlet, 'unnamed') || ' and '
                 || coalesce(d.other_claimed_by, d.other_outlet, 'unnamed')
            WHEN abs(julianday(d.other_published) - julianday(d.published)) > 45
            THEN 'one was published '
                 || CAST(abs(julianday(d.other_published) - julianday(d.published)) AS INTEGER)
                 || ' days after the other'
            WHEN coalesce(a.approx, '') <> coalesce(b.approx, '') THEN 'one is rounded or a bound'
            ELSE 'two outlets give different values' END AS why,
       a.scope, d.sentence, d.other_sentence, d.article, d.other_article,
       d.fact, d.other_fact
  FROM disagreements d JOIN fact_figures a ON a.id = d.fact JOIN fact_figures b ON b.id = d.other_fact
 ORDER BY percent_apart DESC, d.subject LIMIT 200
