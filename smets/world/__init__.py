"""A whole system in one process, on virtual time, without sockets, clocks or servers."""
