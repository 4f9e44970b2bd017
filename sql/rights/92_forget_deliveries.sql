-- What    ask what would be allowed if nothing were a delivery: none counted, and none in need of an approval
-- Grain   none
-- Reads   nothing
-- Writes  feed.delivery, feed.delivery_item (emptied), feed.policy (without those that ask an approval of a delivery),
--         rights.spent (emptied)
-- Source  semantics 9: a row that reappears in a later version of its dataset is no new delivery and does not count
-- Limit   the answer holds for rows that this very dataset was given already, and for no others
DELETE FROM feed.delivery;
DELETE FROM feed.delivery_item;
DELETE FROM feed.policy WHERE kind = 'approval';
DELETE FROM rights.spent;
