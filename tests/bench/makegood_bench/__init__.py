"""What script/bench is made of: processes, loads, floors, stores, and the report."""
