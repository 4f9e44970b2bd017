-- What    take the deliveries out of the feed, to ask what would be allowed if none had been counted
-- Grain   none
-- Reads   nothing
-- Writes  feed.delivery, feed.delivery_item (emptied)
-- Source  semantics 9: a row that reappears in a later version of its dataset is no new delivery and does not count
-- Limit   the answer holds for rows that this very dataset was given already, and for no others
DELETE FROM feed.delivery;
DELETE FROM feed.delivery_item;
