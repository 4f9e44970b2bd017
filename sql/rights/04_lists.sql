-- What    every distinct list text of the feed, read once against the vocabularies, as masks of bits
-- Grain   one row a distinct text
-- Reads   feed.contribution, feed.rights_grant, feed.prohibition, feed.consent, feed.exclusivity, feed.performer_notice,
--         feed.request
-- Writes  rights.list_value
-- Source  shared rules "rights", sections 1 and 2.1: one unknown code makes the whole list unreadable (NULL)
-- Limit   '*' is a code in the _any columns only (prohibitions and exclusivities)
CREATE OR REPLACE TABLE rights.list_value AS
WITH texts AS (
  SELECT modalities AS txt FROM feed.contribution
  UNION SELECT unnest([purposes, modalities, territories, excluded_territories]) FROM feed.rights_grant
  UNION SELECT unnest([purposes, modalities, territories]) FROM feed.prohibition
  UNION SELECT unnest([purposes, modalities]) FROM feed.consent
  UNION SELECT purposes FROM feed.exclusivity
  UNION SELECT purposes FROM feed.performer_notice
  UNION SELECT unnest([modalities, territories]) FROM feed.request
), readable AS (
  SELECT txt, as_codes(txt) AS codes FROM texts WHERE txt IS NOT NULL AND as_codes(txt) IS NOT NULL
), items AS (
  SELECT txt, unnest(codes) AS code FROM readable
), masks AS (
  SELECT i.txt,
    CASE WHEN bool_and(p.code IS NOT NULL) THEN bit_or(p.leaves_granted) END AS leaves_granted,
    CASE WHEN bool_and(p.code IS NOT NULL OR i.code = '*')
         THEN bit_or(CASE i.code WHEN '*' THEN 32767 ELSE p.leaves_meant END) END AS leaves_any,
    CASE WHEN bool_and(m.code IS NOT NULL) THEN bit_or(m.mask) END AS modalities,
    CASE WHEN bool_and(m.code IS NOT NULL OR i.code = '*')
         THEN bit_or(CASE i.code WHEN '*' THEN 31 ELSE m.mask END) END AS modalities_any,
    CASE WHEN bool_and(t.code IS NOT NULL) THEN bit_or(t.countries) END AS countries,
    CASE WHEN bool_and(t.code IS NOT NULL OR i.code = '*')
         THEN bit_or(CASE i.code WHEN '*' THEN (SELECT countries FROM rights.territory WHERE code = 'WORLD')
                     ELSE t.countries END) END AS countries_any
  FROM items i
  LEFT JOIN rights.purpose p ON p.code = i.code
  LEFT JOIN rights.modality m ON m.code = i.code
  LEFT JOIN rights.territory t ON t.code = i.code
  GROUP BY i.txt
)
SELECT r.txt, len(r.codes) AS n, m.* EXCLUDE (txt)
FROM readable r LEFT JOIN masks m USING (txt);
