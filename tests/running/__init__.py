"""The product as it is installed and run."""
