//! The program as a child: where it works, how much memory it takes, what it leaves behind.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program, in a folder.
pub(crate) fn stridewise(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stridewise"));
    command.current_dir(folder);
    command
}

/// An empty directory of its own for a test.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("target/tmp can be written");
    path
}

/// A raw matrix of f8, sparse, as large as is asked.
pub(crate) fn matrix(folder: &Path, side: u64) -> PathBuf {
    let path = folder.join("a.raw");
    File::create(&path).expect("writable").set_len(side * side * 8).expect("sparse");
    path
}

/// The files of a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("there").map(|entry| entry.expect("there"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// What was said on stderr.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The most memory of its own that a command takes, in KiB.
pub(crate) fn peak(mut command: Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).spawn().expect("starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("waits").is_none() {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(child.wait().expect("ends").success());
    peak
}

/// Ends a command by each signal once it has begun to write beside its source `a.raw`; nothing is
/// left behind.
pub(crate) fn signals_leave_nothing_behind(folder: &Path, command: impl Fn() -> Command) {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let child =
            command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        let begun = Instant::now();
        while names(folder).len() < 2 && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
        }
        // The shell's own `kill`: the program of that name is not on every machine.
        let kill = format!("kill -{signal} {}", child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("sh exists").success());
        let output = child.wait_with_output().expect("ends");
        assert_eq!(output.status.code(), Some(code), "{signal}: {}", text(&output));
        assert!(output.stdout.is_empty());
        assert_eq!(text(&output), "error: stopped: nothing was written\n");
        assert_eq!(names(folder), ["a.raw"]);
    }
}

/// Runs a command where no file may have more than 1000 blocks of 1 KiB; it says how many bytes
/// its file takes, and leaves nothing.
pub(crate) fn is_refused_for_want_of_room(folder: &Path, arguments: &str, wanted: &str) {
    let program = env!("CARGO_BIN_EXE_stridewise");
    let script = format!("ulimit -f 1000; exec '{program}' {arguments}");
    let output = Command::new("bash").args(["-c", &script]).current_dir(folder).output();
    let output = output.expect("bash exists");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = text(&output);
    assert!(said.starts_with(&format!("error: cannot write {wanted}")), "{said}");
    assert_eq!(names(folder), ["a.raw"]);
}
