//! Settings: from the text of a file to errors, warnings and effective settings.

#![allow(
    clippy::expect_used,
    reason = "clippy takes the helpers of an integration test for code of the product"
)]

mod answers;
mod errors;
mod fixtures;
mod properties;
mod published;
mod warnings;
