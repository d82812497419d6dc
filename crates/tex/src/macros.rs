//! Macro definitions of a page, and their expansion.
