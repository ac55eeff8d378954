"""The hour before the deadline, played on one machine: `make bench-burst`.

A hundred people of offices, bureau and villages ask a served program for pages, twenty a second, whether or not
earlier ones have been answered; an empty page is asked all along, to tell the program's own time from the queue's.
"""

#: Environment variable that tells the server which moment it is when it starts, ISO with offset.
STARTS_AT_VARIABLE = "BURST_STARTS_AT"
