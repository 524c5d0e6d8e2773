"""Whether an improvement worked: the contract, the comparison, its interval and the verdict."""
