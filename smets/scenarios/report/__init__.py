"""A report of scenarios: one page of HTML that stands alone."""
