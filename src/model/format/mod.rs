//! What formats of other programs ask of every text that is written in them, whatever the report is about.

pub mod html;
pub mod inert;
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod workflow;
