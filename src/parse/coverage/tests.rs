//! Recorded reports.
