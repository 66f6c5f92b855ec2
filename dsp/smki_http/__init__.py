"""The SMKI Repository as DCC Boxed serves it over HTTP: certificates searched by owner, and fetched by serial number."""
