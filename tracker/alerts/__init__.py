"""What somebody wants to hear of, and the mails that say it."""
