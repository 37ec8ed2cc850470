-- Companies first named in the newest thirty days, and how often.
WITH newest AS (SELECT date(max(published)) AS day FROM articles),
first_named AS (
  SELECT m.company, min(a.published) AS first_named, count(DISTINCT a.story) AS stories, min(m.sentence) AS sentence
    FROM company_mentions m JOIN articles a ON a.id = m.article GROUP BY m.company
)
SELECT c.name, f.first_named, f.stories, f.sentence, f.company
  FROM first_named f JOIN companies c ON c.id = f.company, newest n
 WHERE f.first_named > date(n.day, '-30 days') AND c.kind IN ('company', 'app', 'platform', 'brand', 'service', 'studio', 'fund')
 ORDER BY f.stories DESC, f.first_named LIMIT 200
