"""What an admin sets up in Telegram; one router for each screen."""
