"""What may happen to a message in the air: plans, keyed dice and the link."""
