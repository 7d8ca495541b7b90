"""Customers and their messages; knows no deal."""
