//! Signals to sdd itself: they become a request to stop.

use super::Cancel;

/// Makes SIGINT, SIGTERM, SIGHUP and SIGQUIT requests to stop instead of sudden death.
pub fn install(cancel: &Cancel) -> std::io::Result<()> {
    let _ = cancel;
    Ok(())
}

/// A signal's name, such as `SIGKILL`.
pub fn name(signal: i32) -> String {
    format!("signal {signal}")
}
