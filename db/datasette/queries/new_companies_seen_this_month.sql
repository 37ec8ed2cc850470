-- Companies first named in the newest thirty days, and how often.
WITH newest AS (SELECT date(max(published)) AS day FROM articles),
young AS MATERIALIZED (
  SELECT c.id, c.name FROM newest n, companies c JOIN subjects s ON s.company = c.id AND s.kind = 'company'
   WHERE c.kind IN ('company', 'app', 'platform', 'brand', 'service', 'studio', 'fund')
     AND (SELECT d.day FROM daily_counts d WHERE d.subject = s.id AND d.all_articles > 0 ORDER BY d.day LIMIT 1) >= date(n.day, '-30 days')
),
first_named AS (
  SELECT y.id AS company, y.name, min(a.published) AS first_named, count(DISTINCT a.story) AS stories,
         min(m.sentence) AS sentence
    FROM young y JOIN company_mentions m ON m.company = y.id JOIN articles a ON a.id = m.article GROUP BY y.id
)
SELECT f.name, f.first_named, f.stories, f.sentence, f.company FROM first_named f, newest n
 WHERE f.first_named > date(n.day, '-30 days') ORDER BY f.stories DESC, f.first_named LIMIT 200
