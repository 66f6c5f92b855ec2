"""Who is calling, decided in one place for every door: claims, tokens, certificates, signatures and sessions."""
