"""What is to be done about deals: tasks, their kinds and colours, and when people are reminded of them."""
