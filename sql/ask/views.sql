-- What    which views there are, and their columns
-- Grain   one view
-- Reads   the catalogue
-- Source  sql/analytics/
-- Limit   none
SELECT table_name AS view, string_agg(column_name, ', ' ORDER BY ordinal_position) AS columns
FROM information_schema.columns WHERE table_schema = 'main' GROUP BY table_name ORDER BY table_name;
