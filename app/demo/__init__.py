"""The demonstration: a throw-away shop with a past, whose customers and operators act by themselves."""
