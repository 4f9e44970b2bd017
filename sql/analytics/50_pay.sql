-- What    who is owed what, what cannot be settled, who is credited how
-- Grain   pay: one entry; pay_by_currency: one currency and month; pay_held, credits: one contributor of a submission
-- Reads   raw.pay_entry, raw.pay_held, raw.credit
-- Writes  views pay, pay_by_currency, pay_held, credits
-- Source  our own records
-- Limit   sums never cross currencies: there is no total
CREATE OR REPLACE VIEW pay AS SELECT * EXCLUDE (filename) FROM raw.pay_entry;
CREATE OR REPLACE VIEW pay_by_currency AS
SELECT currency, period, count(*) AS entries, count(DISTINCT performer_id) AS performers,
       CAST(sum(amount_minor) AS BIGINT) AS amount_minor
FROM raw.pay_entry GROUP BY currency, period;
CREATE OR REPLACE VIEW pay_held AS SELECT * EXCLUDE (filename) FROM raw.pay_held;
CREATE OR REPLACE VIEW credits AS SELECT * EXCLUDE (filename) FROM raw.credit;
