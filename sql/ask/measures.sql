-- What    how the accepted scenes perform: length, register, arc and voice by campaign and language
-- Grain   one campaign and language
-- Reads   view measures
-- Source  what quality measured, each column's formula and unit in docs/tables.md
-- Limit   medians; voice only of scenes in which a character speaks enough to be measured
SELECT campaign, language, count(*) AS scenes, median(turns) AS turns, round(median(turn_balance), 2) AS balance,
       median(emotions) AS emotions, round(median(emotion_entropy), 2) AS entropy_bits,
       round(median(intensity_range), 2) AS intensity_range, round(median(intensity_slope), 2) AS slope,
       count(*) FILTER (voices_measured > 0) AS scenes_with_voice,
       round(median(voice_steadiness) FILTER (voices_measured > 0), 2) AS steadiness,
       round(median(voice_distinctness) FILTER (voices_measured > 1), 2) AS distinctness
FROM measures WHERE is_accepted GROUP BY ALL ORDER BY scenes DESC, campaign, language;
