//! Who writes to an output folder: one run at a time, or many workers of one plan.

use crate::StoreError;
use crate::remote::Lease;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A process that writes, as it says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The name of its machine.
    pub host: Option<String>,
    /// Its number there.
    pub process: u32,
    /// Seconds since 1970 at which it began.
    pub started_unix: u64,
    /// What tells apart where such numbers count: one start of a machine, one container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
}

impl Owner {
    /// This process.
    pub(crate) fn this() -> Self {
        let process = std::process::id();
        Self { host: host_name(), process, started_unix: unix(), machine: machine() }
    }

    /// Whether it is a process of this machine that has ended.
    pub(crate) fn is_gone(&self) -> bool {
        let here = self.machine.is_some() && self.machine == machine();
        here && !Path::new("/proc").join(self.process.to_string()).exists()
    }
}

/// The name of this machine, if it says so.
pub fn host_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    name.map(|name| name.trim().to_owned()).or_else(|| std::env::var("HOSTNAME").ok())
}

/// Names this start of this machine, and the part of it that sees the same processes.
fn machine() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), space.display()))
}

fn unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Who has a lock that another wants, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub owner: Option<Owner>,
    /// Time since it was last heard of, where that is told.
    pub silent: Option<Duration>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(owner) = &self.owner else { return f.write_str("a process of unknown name") };
        write!(f, "process {}", owner.process)?;
        owner.host.iter().try_for_each(|host| write!(f, " on `{host}`"))?;
        write!(f, ", for {}", span(unix().saturating_sub(owner.started_unix)))?;
        let silent = self.silent.iter();
        silent.map(Duration::as_secs).try_for_each(|s| write!(f, ", last heard of {} ago", span(s)))
    }
}

/// So many seconds, in words.
fn span(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let unit = units.into_iter().find(|(size, _)| seconds >= 2 * size);
    let (count, name) = unit.map_or((seconds, "second"), |(size, name)| (seconds / size, name));
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

/// A hold on an output folder, let go when dropped.
pub struct Lock(Kind);

enum Kind {
    /// Held for as long as the file is open.
    File {
        _file: File,
    },
    Lease(Lease),
    /// Nobody is kept off.
    Open,
}

/// A lock, or who has it.
pub type Locked = Result<Lock, Holder>;

impl Lock {
    /// A hold that keeps nobody off.
    pub(crate) fn open() -> Self {
        Self(Kind::Open)
    }

    pub(crate) fn lease(lease: Lease) -> Self {
        Self(Kind::Lease(lease))
    }

    /// Who has taken the lock over, if anybody has.
    pub fn lost(&self) -> Option<Holder> {
        match &self.0 {
            Kind::Lease(lease) => lease.lost(),
            Kind::File { .. } | Kind::Open => None,
        }
    }

    /// The same, asked anew.
    ///
    /// # Errors
    /// If that cannot be found out.
    pub fn confirm(&self) -> Result<Option<Holder>, StoreError> {
        match &self.0 {
            Kind::Lease(lease) => lease.confirm(),
            Kind::File { .. } | Kind::Open => Ok(None),
        }
    }
}

/// Locks a file, alone or with others, and says in it who does.
pub(crate) fn lock_file(
    path: &Path,
    how: fn(&File) -> Result<(), TryLockError>,
) -> Result<Locked, StoreError> {
    // NFS gives a shared lock to readers alone, and the other one to writers alone.
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
    let mut file = file.map_err(|e| StoreError::io("write", path, e))?;
    match how(&file) {
        Ok(()) => {
            // It is the lock that counts; this is for people.
            sign(&mut file).unwrap_or_default();
            Ok(Ok(Lock(Kind::File { _file: file })))
        }
        Err(TryLockError::WouldBlock) => Ok(Err(signed(&mut file))),
        Err(TryLockError::Error(e)) => Err(StoreError::io("lock", path, e)),
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(&serde_json::to_vec(&Owner::this())?)
}

fn signed(file: &mut File) -> Holder {
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap_or_default();
    Holder { owner: serde_json::from_str(&text).ok(), silent: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capped::tests::scratch;

    #[test]
    fn a_locked_file_says_who_locked_it() {
        let path = scratch("lock").join("lock");
        fs::write(&path, "x".repeat(500)).unwrap();
        let held = lock_file(&path, File::try_lock).unwrap().ok().unwrap();
        for how in [File::try_lock, File::try_lock_shared] {
            let holder = lock_file(&path, how).unwrap().err().unwrap();
            assert_eq!(holder.owner.as_ref().map(|o| o.process), Some(std::process::id()));
            let told = holder.to_string();
            assert!(told.starts_with(&format!("process {}", std::process::id())), "{told}");
            assert!(told.contains(", for ") && told.ends_with("seconds"), "{told}");
        }
        assert!(held.lost().is_none() && held.confirm().unwrap().is_none());
        drop(held);
        let shared =
            [lock_file(&path, File::try_lock_shared), lock_file(&path, File::try_lock_shared)];
        assert!(shared.iter().all(|lock| lock.as_ref().unwrap().is_ok()));
    }

    #[test]
    fn a_process_is_gone_only_where_it_would_be_seen() {
        let this = Owner::this();
        assert!(!this.is_gone());
        let ended = Owner { process: u32::MAX, ..this };
        assert_eq!(ended.is_gone(), ended.machine.is_some());
        assert!(!Owner { machine: Some("elsewhere".into()), ..ended.clone() }.is_gone());
        assert!(!Owner { machine: None, ..ended }.is_gone());
    }

    #[test]
    fn spans_are_told_in_one_unit() {
        let told = [0, 1, 119, 120, 7199, 7200, 86_400, 200_000].map(span);
        let expected = [
            "0 seconds",
            "1 second",
            "119 seconds",
            "2 minutes",
            "119 minutes",
            "2 hours",
            "24 hours",
            "2 days",
        ];
        assert_eq!(told, expected);
        assert_eq!(Holder::default().to_string(), "a process of unknown name");
    }
}
