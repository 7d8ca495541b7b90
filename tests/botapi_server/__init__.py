"""Tests of the Bot API server itself, through an unpatched aiogram and over plain HTTP."""
