//! `convert` as a program: what it leaves behind, and how much memory it takes.
#![cfg(target_os = "linux")]

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn stridewise() -> Command {
    Command::new(env!("CARGO_BIN_EXE_stridewise"))
}

/// An empty directory of its own for a test.
fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("target/tmp can be written");
    path
}

/// A raw matrix of f8, sparse, as large as is asked.
fn matrix(folder: &Path, side: u64) -> PathBuf {
    let path = folder.join("a.raw");
    File::create(&path).expect("writable").set_len(side * side * 8).expect("sparse");
    path
}

fn convert(folder: &Path, side: u64, extra: &[&str]) -> Command {
    let mut command = stridewise();
    command.current_dir(folder).args(["convert", "a.raw", "b.npy", "--in-dtype", "f8"]);
    command.args(["--in-shape", &format!("{side},{side}"), "--order", "F"]).args(extra);
    command
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("there").map(|entry| entry.expect("there"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn memory_stays_within_what_is_allowed() {
    let folder = scratch("convert-memory");
    matrix(&folder, 4096);
    for memory in [16u64, 48] {
        let mut child = convert(&folder, 4096, &["--force", "--memory", &format!("{memory}M")])
            .stdout(Stdio::null())
            .spawn()
            .expect("starts");
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
        assert!(peak > memory * 256 && peak <= memory * 1024, "{peak} KiB of {memory} MiB");
    }
    assert_eq!(names(&folder), ["a.raw", "b.npy"]);
}

#[test]
fn a_signal_leaves_nothing_behind() {
    let folder = scratch("convert-signal");
    matrix(&folder, 6000);
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let child = convert(&folder, 6000, &["--memory", "16M"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let begun = Instant::now();
        while names(&folder).len() < 2 && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let id = child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &id]).status();
        assert!(sent.expect("kill exists").success());
        let output = child.wait_with_output().expect("ends");
        assert_eq!(output.status.code(), Some(code), "{signal}: {}", text(&output));
        assert!(output.stdout.is_empty());
        assert_eq!(text(&output), "error: stopped: nothing was written\n");
        assert_eq!(names(&folder), ["a.raw"]);
    }
}

#[test]
fn a_file_that_may_not_grow_so_large_is_reported_and_removed() {
    let folder = scratch("convert-limit");
    matrix(&folder, 1000);
    let program = env!("CARGO_BIN_EXE_stridewise");
    let script = format!(
        "ulimit -f 1000; exec '{program}' convert a.raw b.npy --in-dtype f8 --in-shape 1000,1000 --order F"
    );
    let output = Command::new("bash").args(["-c", &script]).current_dir(&folder).output();
    let output = output.expect("bash exists");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = text(&output);
    assert!(said.starts_with("error: cannot write 'b.npy': it takes 8000128 bytes"), "{said}");
    assert_eq!(names(&folder), ["a.raw"]);
}

#[test]
fn the_source_is_only_read_and_a_read_only_one_is_enough() {
    let folder = scratch("convert-source");
    let path = matrix(&folder, 100);
    let before = fs::metadata(&path).expect("there");
    let mut permissions = before.permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("own file");
    assert!(convert(&folder, 100, &[]).output().expect("starts").status.success());
    let after = fs::metadata(&path).expect("there");
    assert_eq!(before.modified().expect("known"), after.modified().expect("known"));
    let mut header = [0; 6];
    let mut result = OpenOptions::new().read(true).open(folder.join("b.npy")).expect("written");
    result.read_exact(&mut header).expect("long enough");
    assert_eq!(&header, b"\x93NUMPY");
}

#[test]
fn instructions_are_chosen_by_the_environment() {
    let folder = scratch("convert-instructions");
    matrix(&folder, 100);
    for (name, code) in [("portable", 0), ("abacus", 2)] {
        let output = convert(&folder, 100, &["--force"]).env("STRIDEWISE_ISA", name).output();
        let output = output.expect("starts");
        assert_eq!(output.status.code(), Some(code), "{}", text(&output));
    }
}
