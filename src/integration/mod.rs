//! Integration tests around what `compose` brings up: what they need, test data, how services are asked, documents.
//!
//! [`needs`], [`fixture`], [`documents`], [`diagram`] and [`picture`] are pure. [`environment`] looks at the machine, one
//! file a check; [`probe`] and [`request`] talk to services that are up.

pub mod address;
pub mod diagram;
pub mod documents;
pub mod environment;
pub mod fixture;
pub mod needs;
pub mod picture;
pub mod probe;
pub mod request;

pub use needs::{NamedBy, Needs};
