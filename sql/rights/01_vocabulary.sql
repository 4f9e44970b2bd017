-- What    vocabularies: the closed codes of purposes, modalities, territories and onward use, as tables
-- Grain   one row a code
-- Reads   nothing
-- Writes  rights.purpose, modality, country, territory, onward, medium, category, macros is_<column>(x), known_media(x),
--         known_categories(x)
-- Source  shared rules "rights", section 1; export codes: Data & Trust Alliance Data Provenance Standards 1.0.0
--         (intended data use), RSL 1.0 (usage), CAWG training and data mining 1.1 (entries), ODRL 2.2 (action)
-- Limit   none of the four standards is as fine as our leaves; the codes name the nearest wider term, never a narrower one
CREATE OR REPLACE TABLE rights.purpose (
  code VARCHAR, parent VARCHAR, is_leaf BOOLEAN, is_sensitive BOOLEAN, leaf_bit INTEGER,
  dta_code VARCHAR, rsl_code VARCHAR, cawg_code VARCHAR, odrl_code VARCHAR, means VARCHAR);
INSERT INTO rights.purpose VALUES
  ('text_model',           NULL,           false, false, NULL, 'AI training', 'ai-train', 'cawg.ai_training',            'use',       'text models, all four leaves'),
  ('text_pretrain',        'text_model',   true,  false, 0,    'AI training', 'ai-train', 'cawg.ai_generative_training', 'use',       'pretraining of a text model'),
  ('text_finetune',        'text_model',   true,  false, 1,    'AI training', 'ai-train', 'cawg.ai_generative_training', 'use',       'fine-tuning of a text model'),
  ('text_preference',      'text_model',   true,  false, 2,    'AI training', 'ai-train', 'cawg.ai_generative_training', 'use',       'preference tuning of a text model'),
  ('text_reward_model',    'text_model',   true,  false, 3,    'AI training', 'ai-train', 'cawg.ai_training',            'use',       'training of a reward model'),
  ('speech_model',         NULL,           false, false, NULL, 'AI training', 'ai-train', 'cawg.ai_training',            'use',       'speech models, all three leaves'),
  ('asr_train',            'speech_model', true,  false, 4,    'AI training', 'ai-train', 'cawg.ai_training',            'use',       'speech recognition'),
  ('tts_foundation',       'speech_model', true,  false, 5,    'AI training', 'ai-train', 'cawg.ai_generative_training', 'use',       'a voice of nobody in particular'),
  ('speech_understanding', 'speech_model', true,  false, 6,    'AI training', 'ai-train', 'cawg.ai_training',            'use',       'understanding of speech'),
  ('replica',              NULL,           false, true,  NULL, 'AI training', 'ai-train', 'cawg.ai_generative_training', 'derive',    'a likeness of the performer, all three leaves'),
  ('voice_replica',        'replica',      true,  true,  7,    'AI training', 'ai-train', 'cawg.ai_generative_training', 'derive',    'a synthetic voice of the performer'),
  ('avatar_likeness',      'replica',      true,  true,  8,    'AI training', 'ai-train', 'cawg.ai_generative_training', 'derive',    'a synthetic face or body of the performer'),
  ('performance_replica',  'replica',      true,  true,  9,    'AI training', 'ai-train', 'cawg.ai_generative_training', 'derive',    'a synthetic performance of the performer'),
  ('evaluation',           NULL,           false, false, NULL, 'Evaluation',  'ai-all',   'cawg.data_mining',            'use',       'evaluation, both leaves'),
  ('eval_benchmark',       'evaluation',   true,  false, 10,   'Evaluation',  'ai-all',   'cawg.data_mining',            'use',       'a benchmark'),
  ('eval_safety',          'evaluation',   true,  false, 11,   'Evaluation',  'ai-all',   'cawg.data_mining',            'use',       'a safety test'),
  ('synthetic_data_gen',   NULL,           true,  true,  12,   'Synthetic data generation', 'ai-all', 'cawg.ai_generative_training', 'derive', 'making new data from the work'),
  ('retrieval_grounding',  NULL,           true,  false, 13,   'Retrieval',   'ai-input', 'cawg.ai_inference',           'use',       'retrieval at inference'),
  ('demo_marketing',       NULL,           true,  true,  14,   'Marketing',   'all',      'cawg.ai_inference',           'reproduce', 'demonstrations and marketing');
-- leaves_granted: what the code means in a grant or a consent (a sensitive leaf must be named)
-- leaves_meant:   what it means in a request, a prohibition or an exclusivity (every leaf)
ALTER TABLE rights.purpose ADD COLUMN leaves_granted INTEGER;
ALTER TABLE rights.purpose ADD COLUMN leaves_meant INTEGER;
UPDATE rights.purpose SET
  leaves_granted = CASE WHEN is_leaf THEN 1 << leaf_bit ELSE
    coalesce((SELECT bit_or(1 << l.leaf_bit) FROM rights.purpose l WHERE l.parent = purpose.code AND NOT l.is_sensitive), 0) END,
  leaves_meant = CASE WHEN is_leaf THEN 1 << leaf_bit ELSE
    (SELECT bit_or(1 << l.leaf_bit) FROM rights.purpose l WHERE l.parent = purpose.code) END;

CREATE OR REPLACE TABLE rights.modality AS
  SELECT code, CAST(1 << bit AS INTEGER) AS mask, bit
  FROM (VALUES ('text', 0), ('audio', 1), ('video', 2), ('image', 3), ('motion', 4)) AS m(code, bit);

-- ISO 3166-1 alpha-2; '~rest' is a country that only WORLD holds
CREATE OR REPLACE TABLE rights.country AS
SELECT code, CAST(row_number() OVER (ORDER BY code) - 1 AS INTEGER) AS bit
FROM (SELECT unnest(string_split(regexp_replace('
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ
  BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR
  CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
  GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU
  ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ
  LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
  MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
  PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
  SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR
  TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ~rest', '\s+', ' ', 'g').trim(), ' ')) AS code);
CREATE OR REPLACE TABLE rights.region AS
  SELECT 'EU' AS region, unnest(string_split('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK', ' ')) AS country
  UNION ALL SELECT 'EEA', unnest(string_split('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO', ' '))
  UNION ALL SELECT 'WORLD', code FROM rights.country;
-- a territory as a string of bits, one a country; 'UK', 'EL' and '~rest' are no codes
CREATE OR REPLACE TABLE rights.territory AS
WITH bits AS (SELECT code, set_bit(bitstring('0', 250), bit, 1) AS countries FROM rights.country)
SELECT code, countries FROM bits WHERE code <> '~rest'
UNION ALL
SELECT r.region, bit_or(b.countries) FROM rights.region r JOIN bits b ON b.code = r.country GROUP BY r.region;

CREATE OR REPLACE TABLE rights.onward AS
  SELECT code, reach FROM (VALUES ('none', 0), ('affiliates', 1), ('service_providers', 2), ('sublicensees', 3)) AS o(code, reach);

-- what a grant's media and a clause's categories may name once their policies are switched on; our own choice of codes
CREATE OR REPLACE TABLE rights.medium AS
  SELECT unnest(['audiobook', 'broadcast', 'games', 'internal', 'online', 'print', 'streaming', 'theatrical']) AS code;
CREATE OR REPLACE TABLE rights.category AS
  SELECT unnest(['adult', 'advertising', 'alcohol', 'children', 'gambling', 'medical', 'political', 'religious', 'tobacco',
                 'weapons']) AS code;
-- one unknown code, or none at all, makes the whole list unknown
CREATE OR REPLACE MACRO known_media(x) AS
  CASE WHEN len(as_codes(x)) > 0 AND list_has_all((SELECT list(code) FROM rights.medium), as_codes(x)) THEN as_codes(x) END;
CREATE OR REPLACE MACRO known_categories(x) AS
  CASE WHEN len(as_codes(x)) > 0 AND list_has_all((SELECT list(code) FROM rights.category), as_codes(x)) THEN as_codes(x) END;

-- the other closed codes, by column: NULL and unknown are both false
CREATE OR REPLACE MACRO is_scope_kind(x) AS coalesce(x IN ('all', 'campaign', 'session', 'submission'), false);
CREATE OR REPLACE MACRO is_consent_type(x) AS coalesce(x IN ('digital_replica', 'personal_data', 'biometric', 'guardian', 'majority_reaffirmation'), false);
CREATE OR REPLACE MACRO is_target_kind(x) AS coalesce(x IN ('performer', 'contract', 'grant', 'session', 'submission'), false);
CREATE OR REPLACE MACRO is_effect(x) AS coalesce(x IN ('stop', 'suspend', 'erase'), false);
CREATE OR REPLACE MACRO is_basis(x) AS coalesce(x IN ('contract', 'gdpr_7_3', 'gdpr_17', 'statute', 'strike'), false);
CREATE OR REPLACE MACRO is_source(x) AS coalesce(x IN ('contract', 'order'), false);
CREATE OR REPLACE MACRO is_represented_by(x) AS coalesce(x IN ('counsel', 'union', 'none'), false);
CREATE OR REPLACE MACRO is_status(x) AS coalesce(x IN ('draft', 'sent', 'executed', 'terminated', 'void'), false);
CREATE OR REPLACE MACRO is_applies_to(x) AS coalesce(x IN ('prospective', 'retroactive'), false);
CREATE OR REPLACE MACRO is_overlap_rule(x) AS coalesce(x IN ('replaces', 'adds'), false);
CREATE OR REPLACE MACRO is_lawful_basis(x) AS coalesce(x IN ('contract', 'consent'), false);
CREATE OR REPLACE MACRO is_policy(x) AS coalesce(x IN ('approval', 'media', 'categories', 'biometric_consent', 'disclosure_48h', 'replica_ten_years', 'performer_notice'), false);
CREATE OR REPLACE MACRO is_ownership(x) AS coalesce(x IN ('work_for_hire', 'assignment', 'exclusive_licence', 'nonexclusive_licence'), false);
CREATE OR REPLACE MACRO is_comp_model(x) AS coalesce(x IN ('flat', 'per_scene', 'per_minute', 'per_turn', 'per_accepted_submission', 'residual_per_delivery', 'revenue_share', 'min_guarantee'), false);
