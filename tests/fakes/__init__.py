"""Fakes: small true things that stand where the network would be."""
