"""The command line `smets`: a running system in one command, and every question one asks of it in another."""
