//! Bytes to and from Balmer's types.
