"""What is written down of requests: a line of the log, numbers for Prometheus, spans for OpenTelemetry."""
