"""Phone numbers as people write them; whose they are is not known here."""

import phonenumbers

# ITU-T E.164 allows 15 digits; more is no number, however it is written.
LONGEST = 40


def read_phone(words: str) -> str | None:
    """A number with its country code, with or without a plus, in its E.164 form; None for what is no number."""
    plain = words.strip().removeprefix("tel:")
    if len(plain) > LONGEST:
        return None
    if not plain.startswith(("+", "00")):
        plain = f"+{plain}"
    try:
        found = phonenumbers.parse("+" + plain[2:] if plain.startswith("00") else plain, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(found):
        return None
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def phone_in_words(number: str) -> str:
    """An E.164 number with the spaces of its country."""
    return phonenumbers.format_number(phonenumbers.parse(number, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
