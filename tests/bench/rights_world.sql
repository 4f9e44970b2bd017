-- What    a big contract feed, drawn from hashes: 20 orders, about 100,000 contract versions, any number of submissions
-- Grain   one row a row of the feed
-- Reads   getvariable('performers'), getvariable('submissions')
-- Writes  feed.*, personal.performer
-- Source  the speed figures that the rights rules ask for
-- Limit   seven of ten performers have one contract of one version, the others a second version, one in ten a second
--         contract; one in fifty a clause, one in a hundred a suspension; one submission in fifty is an audition
INSERT INTO feed.client BY NAME
    SELECT 'lab' || i AS client_id, 'Lab ' || i AS legal_name,
      CASE WHEN i >= 5 THEN 'lab' || (i - 5) END AS parent_client_id FROM range(8) t(i);

INSERT INTO feed.request BY NAME
    SELECT 'order' || lpad(CAST(i AS VARCHAR), 2, '0') AS request_id, 'lab' || (i % 8) AS client_id,
      ['text_finetune', 'text_model', 'asr_train', 'voice_replica', 'evaluation', 'speech_model',
       'text_preference', 'retrieval_grounding', 'eval_safety', 'text_pretrain'][i % 10 + 1] AS purpose,
      CASE i % 4 WHEN 0 THEN '["text"]' WHEN 1 THEN '["text","audio"]' WHEN 2 THEN '["audio"]' ELSE '["text"]' END
        AS modalities,
      ['["US"]', '["EU"]', '["US","GB"]', '["WORLD"]', '["DE","FR"]'][i % 5 + 1] AS territories,
      ['none', 'affiliates'][i % 2 + 1] AS onward, '2026-06-01' AS as_of, '2026-06-01T02:00:00' AS known_at,
      CAST([0, 90][i % 2 + 1] AS VARCHAR) AS min_remaining_days FROM range(20) t(i);

INSERT INTO personal.performer BY NAME
    SELECT 'P' || i AS performer_id, CAST(DATE '1950-01-01' + CAST(hash(i) % 20000 AS INTEGER) AS VARCHAR) AS date_of_birth
    FROM range(getvariable('performers')) t(i);

INSERT INTO feed.session BY NAME
    SELECT 'SE' || i AS session_id, 'CA' || (i % 50) AS campaign_id
    FROM range(greatest(1, getvariable('submissions') // 20)) t(i);

INSERT INTO feed.submission BY NAME
    SELECT 'S' || i AS submission_id, CASE WHEN hash(i, 1) % 50 = 0 THEN 'audition' ELSE 'commissioned' END AS kind,
      'SE' || (i // 20) AS session_id, 'CA' || ((i // 20) % 50) AS campaign_id,
      CAST(DATE '2026-01-10' + CAST(hash(i, 2) % 120 AS INTEGER) AS VARCHAR) AS submitted_on,
      CAST(DATE '2026-01-05' + CAST(hash(i, 2) % 120 AS INTEGER) AS VARCHAR) AS performed_on,
      CASE WHEN i % 5 = 0 THEN '2' ELSE '1' END AS contributors_declared, 'none' AS third_party_ip,
      'none' AS ai_assistance, sha256('c' || i) AS content_sha256
    FROM range(getvariable('submissions')) t(i);

INSERT INTO feed.contribution BY NAME
    SELECT 'S' || i AS submission_id, 'P' || (hash(i, 3 + k) % getvariable('performers')) AS performer_id, 'actor' AS role,
      CASE hash(i, 9 + k) % 3 WHEN 0 THEN '["text"]' ELSE '["text","audio"]' END AS modalities
    FROM range(getvariable('submissions')) t(i), range(2) u(k) WHERE k = 0 OR i % 5 = 0;

INSERT INTO feed.contract_party BY NAME
    SELECT 'C' || i AS contract_id, 'P' || i AS performer_id FROM range(getvariable('performers')) t(i)
    UNION ALL SELECT 'D' || i, 'P' || i FROM range(getvariable('performers')) t(i) WHERE i % 10 = 0;

INSERT INTO feed.contract_version BY NAME
    SELECT contract_id, CAST(v AS VARCHAR) AS version, CASE WHEN hash(contract_id, v) % 60 = 0 THEN 'sent' ELSE 'executed' END
      AS status, CASE v WHEN 1 THEN '2026-01-01' ELSE '2026-03-01' END AS effective_from, '2028-12-31' AS effective_to,
      'prospective' AS applies_to, CASE WHEN contract_id[1] = 'D' THEN 'adds' END AS overlap_rule,
      'contract' AS lawful_basis, '2026-01-01T00:00:00' AS recorded_at
    FROM feed.contract_party, range(1, 3) u(v)
    WHERE v = 1 OR (contract_id[1] = 'C' AND hash(contract_id) % 10 < 3);

INSERT INTO feed.contract_scope BY NAME
    SELECT contract_id, version, CASE WHEN hash(contract_id) % 20 = 0 THEN 'campaign' ELSE 'all' END AS scope_kind,
      CASE WHEN hash(contract_id) % 20 = 0 THEN 'CA' || (hash(contract_id, 7) % 50) END AS scope_id
    FROM feed.contract_version
    WHERE hash(contract_id) % 20 <> 0 OR getvariable('submissions') >= 1000;

INSERT INTO feed.rights_grant BY NAME
    SELECT 'G' || contract_id || '.' || version AS grant_id, contract_id, version, 'nonexclusive_licence' AS ownership,
      ['["text_model"]', '["text_finetune","text_preference"]', '["text_model","speech_model","evaluation"]',
       '["evaluation"]', '["text_model","voice_replica"]', '["text_model","evaluation","retrieval_grounding"]']
        [CAST(hash(contract_id, 4) % 6 AS INTEGER) + 1] AS purposes,
      CASE hash(contract_id, 5) % 3 WHEN 0 THEN '["text"]' ELSE '["text","audio"]' END AS modalities,
      ['["WORLD"]', '["US","EU"]', '["US","GB"]', '["WORLD"]'][CAST(hash(contract_id, 6) % 4 AS INTEGER) + 1] AS territories,
      '2026-01-01' AS valid_from, CASE hash(contract_id, 8) % 10 WHEN 0 THEN '2026-07-31' ELSE '2028-06-30' END AS valid_to,
      ['affiliates', 'none', 'sublicensees'][CAST(hash(contract_id, 10) % 3 AS INTEGER) + 1] AS onward
    FROM feed.contract_version;

INSERT INTO feed.comp_term BY NAME
    SELECT 'K' || contract_id || '.' || version AS comp_id, contract_id, version, 'flat' AS model FROM feed.contract_version
    WHERE hash(contract_id, 11) % 200 <> 0;

INSERT INTO feed.prohibition BY NAME
    SELECT 'B' || contract_id || '.' || version AS prohibition_id, contract_id, version, '["*"]' AS purposes,
      '["*"]' AS modalities, '["*"]' AS territories, '["lab' || (hash(contract_id, 12) % 8) || '"]' AS client_ids
    FROM feed.contract_version WHERE hash(contract_id, 13) % 50 = 0;

INSERT INTO feed.consent BY NAME
    SELECT 'X' || i AS consent_id, 'P' || i AS performer_id, 'digital_replica' AS consent_type, 'all' AS scope_kind,
      '["voice_replica"]' AS purposes, '["text","audio"]' AS modalities, 'lab' || (i % 8) AS client_id,
      'A synthetic voice for the narration of audio books' AS intended_use, '2026-01-02' AS given_on,
      '2027-12-31' AS expires_on, '2026-01-02T00:00:00' AS recorded_at
    FROM range(getvariable('performers')) t(i) WHERE i % 7 = 0;

INSERT INTO feed.revocation BY NAME
    SELECT 'V' || i AS revocation_id, 'performer' AS target_kind, 'P' || i AS target_id, '2026-05-01' AS effective_on,
      'suspend' AS effect, '2026-04-01T00:00:00' AS recorded_at
    FROM range(getvariable('performers')) t(i) WHERE i % 100 = 3;
