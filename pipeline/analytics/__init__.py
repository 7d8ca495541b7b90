"""What the rows say when they are counted: one question each, pure arithmetic on its rows."""
