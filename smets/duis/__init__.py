"""A client of the DCC User Interface in DUIS XML over HTTP, as DCC's own tools are, and a Receive Response Service."""
