"""From where on a node's own figures are trouble, wherever that is told: on the node, at the controller, on a page."""

HOT_C = 80.0
CERTIFICATE_DAYS = 30.0
"""A certificate that ends sooner should be renewed."""
OWN_CERTIFICATE_DAYS = 20.0
"""A node asks for its next certificate from 30 days before the end on, spread over three: later it got none."""
UNSENT_S = 300.0
"""What waits to be told for longer waits for more than a short cut of the line."""
