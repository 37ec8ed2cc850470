-- Stories by theme and company in the newest four weeks beside the four before.
WITH newest AS (SELECT date(max(published)) AS day FROM articles WHERE on_beat = 1)
SELECT m.theme, c.name AS company_name, x.company,
       count(DISTINCT a.story) FILTER (WHERE a.published > date(n.day, '-27 days')) AS four_weeks,
       count(DISTINCT a.story) FILTER (WHERE a.published <= date(n.day, '-27 days')) AS four_before
  FROM newest n
  JOIN articles a ON a.published > date(n.day, '-55 days') AND a.on_beat = 1
  JOIN theme_mentions m ON m.article = a.id AND m.on_beat = 1
  JOIN company_mentions x ON x.article = a.id
  JOIN companies c ON c.id = x.company AND c.kind IN ('company', 'app', 'platform', 'brand', 'service', 'studio', 'fund')
 GROUP BY m.theme, x.company HAVING four_weeks + four_before > 1
 ORDER BY four_weeks - four_before DESC, m.theme LIMIT 200
