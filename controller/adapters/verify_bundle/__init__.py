"""The checker of evidence bundles: parts that need nothing but Python 3.9, of which one file in each bundle is made."""
