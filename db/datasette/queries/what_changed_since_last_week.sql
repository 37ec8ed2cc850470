-- Stories of each theme in the newest seven days beside the seven before.
WITH newest AS (SELECT date(max(published)) AS day FROM articles WHERE on_beat = 1)
SELECT m.theme,
       count(DISTINCT a.story) FILTER (WHERE a.published > date(n.day, '-6 days')) AS this_week,
       count(DISTINCT a.story) FILTER (WHERE a.published <= date(n.day, '-6 days')) AS week_before
  FROM newest n
  JOIN articles a ON a.published > date(n.day, '-13 days') AND a.on_beat = 1
  JOIN theme_mentions m ON m.article = a.id AND m.on_beat = 1
 GROUP BY m.theme ORDER BY this_week - week_before DESC, m.theme
