"""Phone numbers as people write them; whose they are is not known here."""

import phonenumbers

# E.164 allows 15 digits; what is much longer is no number, however it is written.
LONGEST = 40


def read_phone(words: str) -> str | None:
    """A number with its country code in its E.164 form; None for what is no number.

    Without a plus only one that is in use in its country is taken, as it may be a local one that lacks the code.
    """
    typed = words.strip().removeprefix("tel:").strip()
    if len(typed) > LONGEST:
        return None
    is_full = typed.startswith(("+", "00"))
    try:
        found = phonenumbers.parse("+" + typed.removeprefix("+").removeprefix("00"), None)
    except phonenumbers.NumberParseException:
        return None
    is_number = phonenumbers.is_possible_number if is_full else phonenumbers.is_valid_number
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164) if is_number(found) else None


def phone_in_words(number: str) -> str:
    """An E.164 number with the spaces of its country."""
    return phonenumbers.format_number(phonenumbers.parse(number, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
