"""What reading a state raises that is not as it should be: an older version's, a newer one's, or a damaged one."""

UNREADABLE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
