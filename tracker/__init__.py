"""What it means: catalog, normalizing, prices, deals, alerts, feed, web, service and CLI."""
