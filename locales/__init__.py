"""Catalogues of every text in English, Russian, Ukrainian and Polish; no code."""
