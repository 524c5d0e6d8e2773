"""What comes in: sources, deliveries, raw records, the check and quarantine; figures and changes of the business."""
