"""The Self-Service Interface as a web page: Users look into the inventory and the Service Audit Trail."""
