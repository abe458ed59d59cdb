//! Exact simulation that nobody wants to wait for: it says so, and Ctrl-C ends it.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

#[test]
fn a_signal_ends_a_long_simulation() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stridewise"))
            .args(["locality", "matmul(3000)", "--exact", "--machine", "intel-server"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut errors = BufReader::new(child.stderr.take().expect("piped"));
        let mut note = String::new();
        errors.read_line(&mut note).expect("says something");
        assert!(note.starts_with("note: simulating every access takes up to "), "{note}");
        // The shell's own `kill`: the program of that name is not on every machine.
        let kill = format!("kill -{signal} {}", child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("sh exists").success());
        let output = child.wait_with_output().expect("ends");
        assert_eq!(output.status.code(), Some(code), "{signal}");
        assert!(output.stdout.is_empty());
        let mut rest = String::new();
        errors.read_to_string(&mut rest).expect("is text");
        assert_eq!(rest, "error: stopped: nothing was counted to the end\n");
    }
}
