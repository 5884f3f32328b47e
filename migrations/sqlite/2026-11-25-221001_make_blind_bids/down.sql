DROP TABLE blind_bid_figures;
DROP TABLE blind_bids;
