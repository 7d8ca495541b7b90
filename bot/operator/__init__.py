"""What an operator does in Telegram; one router for each screen."""
