-- Articles that name a country beside words of regulation or of subsidy.
SELECT k.country, a.published, k.sentence, o.name AS outlet, a.id AS article
  FROM country_mentions k JOIN articles a ON a.id = k.article LEFT JOIN outlets o ON o.id = a.outlet
 WHERE k.sentence LIKE '%subsid%' OR k.sentence LIKE '%regulat%' OR k.sentence LIKE '%licen%'
    OR k.sentence LIKE '%incentive%' OR k.sentence LIKE '% ban%' OR k.sentence LIKE '%crackdown%'
    OR k.sentence LIKE '%rebate%' OR k.sentence LIKE '%tax credit%'
 GROUP BY k.country, k.sentence ORDER BY a.published DESC LIMIT 300
