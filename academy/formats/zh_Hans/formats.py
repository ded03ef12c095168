"""Dates with a no-break space between figures and Han, so that a date never breaks over two lines."""

DATE_FORMAT = "Y\xa0年\xa0n\xa0月\xa0j\xa0日"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y\xa0年\xa0n\xa0月\xa0j\xa0日 H:i"
YEAR_MONTH_FORMAT = "Y\xa0年\xa0n\xa0月"
MONTH_DAY_FORMAT = "n\xa0月\xa0j\xa0日"
SHORT_DATE_FORMAT = "Y-m-d"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
