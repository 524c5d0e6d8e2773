"""Batches made ready to be stored: read, masked, rejected, labelled, looked up among what came before."""
