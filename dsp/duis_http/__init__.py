"""DUIS XML over HTTP, both ways: the door for DCC's own clients, and the push to their Receive Response Services."""
