"""What is looked at when something does not work: the machine, the state folder, the servers; and what to do about it."""
