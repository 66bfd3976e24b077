"""The texts on Windows metafiles (EMF, WMF), in which Office shows embedded objects."""
