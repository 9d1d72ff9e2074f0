"""The kernel: what every context stands on.

Words: *scope* (where someone may look), *flow* (a life cycle as a table), *change* (the only door for
a write), *entry* (a line of the journal), *ref* (a public reference one can dictate), *refused* (a rule
said no, with a reason). Looks down on nothing.
"""
