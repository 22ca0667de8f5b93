//! Signals to sdd itself: they become a request to stop.

use std::io;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Cancel;
use crate::model::exit::Exit;

/// How often one must ask before sdd leaves without cleaning up.
const LEAVE_AT: usize = 3;

/// Makes SIGINT, SIGTERM, SIGHUP and SIGQUIT requests to stop instead of sudden death.
pub fn install(cancel: &Cancel) -> io::Result<()> {
    install_with(cancel, || {})
}

/// The same, with something to say or do before leaving at the third signal, when nothing is cleaned up any more.
///
/// SIGTSTP (Ctrl-Z) pauses the children together with sdd.
///
/// SIGHUP stays ignored when it was ignored at the start: that is what `nohup` is for.
pub fn install_with(cancel: &Cancel, last_words: impl FnOnce() + Send + 'static) -> io::Result<()> {
    listen(cancel, last_words, exit_for)
}

/// The same for a program that may leave with one code only.
pub fn install_leaving_with(cancel: &Cancel, exit: Exit) -> io::Result<()> {
    listen(cancel, || {}, move |_| exit)
}

fn listen(
    cancel: &Cancel,
    last_words: impl FnOnce() + Send + 'static,
    exit: impl Fn(i32) -> Exit + Send + 'static,
) -> io::Result<()> {
    let wanted = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
        .into_iter()
        .filter(|signal| *signal != SIGHUP || !is_ignored(SIGHUP))
        .chain(PAUSE.filter(|signal| !is_ignored(*signal)));
    let mut signals = Signals::new(wanted)?;
    let cancel = cancel.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            if Some(signal) == PAUSE {
                pause(&cancel);
                continue;
            }
            if cancel.request(signal) >= LEAVE_AT {
                last_words();
                let first = cancel.signal().unwrap_or(signal);
                signal_hook::low_level::exit(exit(first).code().into());
            }
        }
    })?;
    Ok(())
}

/// Ctrl-Z, where it is known who could undo it; elsewhere it keeps its default.
#[cfg(target_os = "linux")]
const PAUSE: Option<i32> = Some(signal_hook::consts::SIGTSTP);
#[cfg(not(target_os = "linux"))]
const PAUSE: Option<i32> = None;

/// Stops the children and sdd itself, until somebody continues it.
#[cfg(target_os = "linux")]
fn pause(cancel: &Cancel) {
    // The kernel's default does not stop what nobody could continue, either.
    if super::procfs::has_job_control() {
        cancel.pause().begin();
        let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
        cancel.pause().end();
    }
}

#[cfg(not(target_os = "linux"))]
fn pause(_cancel: &Cancel) {}

#[cfg(target_os = "linux")]
fn is_ignored(signal: i32) -> bool {
    super::procfs::ignored_signals() >> (signal - 1) & 1 == 1
}

#[cfg(not(target_os = "linux"))]
fn is_ignored(_signal: i32) -> bool {
    false
}

/// The exit code of an sdd that a signal told to stop.
pub fn exit_for(signal: i32) -> Exit {
    match signal {
        SIGTERM | SIGHUP => Exit::Terminated,
        _ => Exit::Interrupted,
    }
}

/// A signal's name, such as `SIGKILL`.
pub fn name(signal: i32) -> String {
    use signal_hook::consts as c;
    match signal {
        // Known here and not to `signal_name`.
        #[cfg(target_os = "linux")]
        16 => "SIGSTKFLT".to_owned(),
        #[cfg(target_os = "linux")]
        30 => "SIGPWR".to_owned(),
        #[cfg(target_os = "linux")]
        34..=64 => format!("SIGRTMIN+{}", signal - 34),
        c::SIGKILL => "SIGKILL".to_owned(),
        _ => signal_hook::low_level::signal_name(signal)
            .map_or_else(|| format!("signal {signal}"), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_names() {
        for (signal, expect) in [
            (1, "SIGHUP"),
            (2, "SIGINT"),
            (3, "SIGQUIT"),
            (4, "SIGILL"),
            (6, "SIGABRT"),
            (8, "SIGFPE"),
            (9, "SIGKILL"),
            (11, "SIGSEGV"),
            (13, "SIGPIPE"),
            (14, "SIGALRM"),
            (15, "SIGTERM"),
            (99, "signal 99"),
        ] {
            assert_eq!(name(signal), expect);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn every_signal_of_linux_has_a_name() {
        for signal in 1..=31 {
            assert!(name(signal).starts_with("SIG"), "{}", name(signal));
        }
        assert_eq!(name(7), "SIGBUS");
        assert_eq!(name(35), "SIGRTMIN+1");
    }

    #[test]
    fn signals_have_exit_codes() {
        assert_eq!(exit_for(SIGINT).code(), 130);
        assert_eq!(exit_for(SIGQUIT).code(), 130);
        assert_eq!(exit_for(SIGTERM).code(), 143);
        assert_eq!(exit_for(SIGHUP).code(), 143);
    }
}
