"""Groups, problems and their shape; series, alarms and what a root-cause view reads."""
