"""Service Requests from words: which fields the body of each SRV has, and how their texts are read."""
