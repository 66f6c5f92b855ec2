"""SEC modifications: each is one function from a RuleSet to a RuleSet."""
