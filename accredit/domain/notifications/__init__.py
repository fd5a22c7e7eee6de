"""Messages that leave the service: kept until sent, then emptied."""
