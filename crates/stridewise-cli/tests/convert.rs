//! `convert` as a program: what it leaves behind, and how much memory it takes.
#![cfg(target_os = "linux")]

mod program;

use std::fs::{self, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::process::Command;

use program::{
    is_refused_for_want_of_room, matrix, names, peak, scratch, signals_leave_nothing_behind,
    stridewise, text,
};

fn convert(folder: &Path, side: u64, extra: &[&str]) -> Command {
    let mut command = stridewise(folder);
    command.args(["convert", "a.raw", "b.npy", "--in-dtype", "f8"]);
    command.args(["--in-shape", &format!("{side},{side}"), "--order", "F"]).args(extra);
    command
}

#[test]
fn memory_stays_within_what_is_allowed() {
    let folder = scratch("convert-memory");
    matrix(&folder, 4096);
    for memory in [16u64, 48] {
        let command = convert(&folder, 4096, &["--force", "--memory", &format!("{memory}M")]);
        let peak = peak(command);
        assert!(peak > memory * 256 && peak <= memory * 1024, "{peak} KiB of {memory} MiB");
    }
    assert_eq!(names(&folder), ["a.raw", "b.npy"]);
}

#[test]
fn a_signal_leaves_nothing_behind() {
    let folder = scratch("convert-signal");
    matrix(&folder, 6000);
    signals_leave_nothing_behind(&folder, || convert(&folder, 6000, &["--memory", "16M"]));
}

#[test]
fn a_file_that_may_not_grow_so_large_is_reported_and_removed() {
    let folder = scratch("convert-limit");
    matrix(&folder, 1000);
    let arguments = "convert a.raw b.npy --in-dtype f8 --in-shape 1000,1000 --order F";
    is_refused_for_want_of_room(&folder, arguments, "'b.npy': it takes 8000128 bytes");
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
