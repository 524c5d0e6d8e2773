"""Learning from the users' own labels: what to label, a layer over the shipped weights, honest comparison."""
