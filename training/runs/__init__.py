"""One module per verb: values in, values out; ``run`` is what the command line calls."""
