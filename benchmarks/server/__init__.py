"""Server benchmarks: requests, queue, webhooks, memory."""
