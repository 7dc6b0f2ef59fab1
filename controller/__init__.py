"""The controller: ingest, verification, rules, alarms, API and dashboard."""
