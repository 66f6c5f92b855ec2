"""DUIS as records: Service Requests, Service Responses, Device Alerts and DCC Alerts, under DUIS's element names."""
