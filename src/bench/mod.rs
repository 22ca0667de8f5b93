//! Measuring a service under load: how fast it answers, what an answer costs it, and whether that became worse.
//!
//! An [`engine`] makes the load and gives a [`sample`] of one stretch of time. Everything that follows from samples is
//! pure: [`requirements`], the statistics over pairs of rounds, and the pinned baseline. What is told is in one unit a
//! quantity: microseconds, bytes, requests per second.

pub mod aftermath;
pub mod aim;
pub mod baseline;
pub mod compare;
pub mod cost;
pub mod engine;
pub mod environment;
pub mod histogram;
pub mod host;
pub mod load;
pub mod measurement;
pub mod reference;
pub mod report;
pub mod requirements;
pub mod round;
pub mod rounds;
pub mod sample;
pub mod statistics;
mod times;
