"""The portal: pages for departments, customers and leadership, and the API; it changes states, and messages follow."""
