"""A made-up district for trying the program out: people, houses, and the campaign's first weeks.

All is drawn from one seed; every household has its own stream of chance, so that an earlier closing date gives
the same story, told less far. Rules are never imitated: verdicts come from `inspections.verdict`, summaries from
`households.summary`.
"""
