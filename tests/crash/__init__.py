"""The program killed at named places and at random, and what must hold afterwards."""
