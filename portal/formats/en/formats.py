"""Days and times in English; Django prints times by itself on staff pages alone, which are in Eastern Time."""

DATE_FORMAT = "F j, Y"
TIME_FORMAT = r"g:i A \E\T"
DATETIME_FORMAT = r"F j, Y, g:i A \E\T"
