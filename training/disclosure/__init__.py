"""x."""
from training.disclosure.cells import Table, Wave
from training.disclosure.cut import shown_groups
