"""x."""
from training.disclosure.cells import Table, Wave, Minimums
from training.disclosure.cut import shown_groups
from training.disclosure.release import release
from training.disclosure.ledger import Ledger, record
from training.disclosure.worlds import Limits
