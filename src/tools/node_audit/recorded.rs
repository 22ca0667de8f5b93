//! For tests: recorded audits.
