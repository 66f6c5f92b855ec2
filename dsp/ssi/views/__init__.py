"""What pages show, built of records by plain functions: templates get nothing else, and no rule lives in them."""
