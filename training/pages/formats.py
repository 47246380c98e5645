"""Numbers, percents, money and dates as people of a language write them; the minus is a real one (U+2212)."""

from dataclasses import dataclass
from datetime import date

from babel import Locale, dates, numbers

from features.usecase import Language
from training.pages.charts.figures import Ranged

NBSP, MINUS, JOINER = "\u00a0", "\u2212", "\u2060"
LOCALES: dict[Language, Locale] = {"en": Locale("en", "GB"), "de": Locale("de", "DE")}
NARROW = 0.05
_LARGE_MONEY: dict[Language, tuple[str, str]] = {
    "en": ("€{}m", "€{}bn"),
    "de": (f"{{}}{NBSP}Mio.{NBSP}€", f"{{}}{NBSP}Mrd.{NBSP}€"),
}


@dataclass(frozen=True)
class Formats:
    r"""Write values in one language.

    Examples
    --------
    >>> german = Formats("de")
    >>> german.percent(0.094), german.money(4_020_000), german.number(-1234.5, 1)
    ('9\xa0%', '4,0\xa0Mio.\xa0€', '−1.234,5')
    """

    language: Language

    @property
    def locale(self) -> Locale:
        """Return the region whose conventions are followed."""
        return LOCALES[self.language]

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number with grouped thousands and a fixed number of decimals."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return self._clean(numbers.format_decimal(_round(value, digits), format=pattern, locale=self.locale))

    def amount(self, value: float) -> str:
        """Write a number as short as it is: no decimals for whole numbers, else at most two."""
        return self._clean(numbers.format_decimal(_round(value, 2), format="#,##0.##", locale=self.locale))

    def rating(self, value: float) -> str:
        """Write an answer: two decimals below ten, one below a hundred, none above."""
        return self.number(value, 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0)

    def percent(self, share: float, digits: int = 0) -> str:
        """Write a share as percent; more than nothing never becomes 0 %."""
        smallest = 10.0 ** (-2 - digits)
        if 0 < share < smallest / 2:
            return f"<{self.percent(smallest, digits)}"
        gap = NBSP if self.language == "de" else ""
        return f"{self.number(share * 100, digits)}{gap}%"

    def signed(self, value: float, digits: int = 1) -> str:
        """Write a change with its sign, also when it is a rise."""
        text = self.number(value, digits)
        return f"+{text}" if _round(value, digits) > 0 else text

    def points(self, share: float) -> str:
        """Write a difference of shares in points, one decimal."""
        return self.number(share * 100, 1)

    def signed_points(self, share: float) -> str:
        """Write a change of a share in points, with its sign."""
        return self.signed(share * 100)

    def of_hundred(self, share: float) -> str:
        """Write a share as a number of cases in a hundred."""
        return self.number(share * 100)

    def money(self, eur: float) -> str:
        """Write an amount in EUR: millions with one decimal, smaller amounts with three digits that count."""
        text = self._money(abs(eur))
        return f"{MINUS}{JOINER}{text}" if eur <= -0.5 else text  # no line breaks between sign and amount

    def _money(self, eur: float) -> str:
        """Write an amount without a sign."""
        millions, billions = _LARGE_MONEY[self.language]
        if eur >= 999.95e6:
            return billions.format(self.number(eur / 1e9, 1))
        if eur >= 999_500:
            return millions.format(self.number(eur / 1e6, 1))
        text = self.number(float(f"{eur:.3g}"))
        return f"{text}{NBSP}€" if self.language == "de" else f"€{text}"

    def day(self, day: date | str) -> str:
        """Write a date, or its ISO text, in full."""
        day = date.fromisoformat(day) if isinstance(day, str) else day
        return dates.format_date(day, "long", locale=self.locale)

    def moment(self, name: str) -> str:
        """Write the name of a wave: a day in full where it is one (ISO), else as it is."""
        try:
            return self.day(name)
        except ValueError:
            return name

    @staticmethod
    def range_digits(estimate: Ranged) -> int:
        """Return the decimals that a range of shares needs: one where whole percents would hide it."""
        return 1 if estimate.high - estimate.low < NARROW else 0

    @staticmethod
    def _clean(text: str) -> str:
        """Put the real minus in place of the hyphen."""
        return text.replace("-", MINUS)


def _round(value: float, digits: int) -> float:
    """Round, and make a rounded minus nothing a plain 0."""
    return round(value, digits) + 0.0
