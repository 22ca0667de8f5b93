//! How much room there is.

use std::path::Path;

/// With less than this nothing of use can be written: 256 KiB.
const FULL: u64 = 256 * 1024;

/// The bytes that this user may still write on the disk of a place; `None` where nobody can tell.
#[cfg(unix)]
pub fn free(place: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(place).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// The bytes that this user may still write on the disk of a place; `None` where nobody can tell.
#[cfg(not(unix))]
pub fn free(_place: &Path) -> Option<u64> {
    None
}

/// That a disk is full, where it is: with the place, and what to do.
pub fn fullness(place: &Path) -> Option<String> {
    said(place, free(place)?)
}

fn said(place: &Path, free: u64) -> Option<String> {
    (free < FULL).then(|| {
        format!(
            "no space is left on the disk of {} ({free} bytes): what did not work may be for that; free some space and \
             run again",
            place.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_named_with_its_place() {
        let place = Path::new("/p/.session");
        assert_eq!(said(place, FULL), None);
        let full = said(place, 12).unwrap();
        assert!(
            full.starts_with("no space is left on the disk of /p/.session (12 bytes)"),
            "{full}"
        );
    }
}
