"""Customer words made uniform and cut into clauses, before anything reads them."""
