"""The weekly audit: a sample with known chances, two readers, and shares corrected for what the model misread."""
