"""What a shop sells, and what it has sold: plain data and arithmetic, which plugins and the journal share."""
