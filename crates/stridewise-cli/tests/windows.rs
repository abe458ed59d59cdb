//! `windows` as a program: what it leaves behind, and how much memory it takes.
#![cfg(target_os = "linux")]

mod program;

use std::fs;
use std::path::Path;
use std::process::Command;

use program::{
    is_refused_for_want_of_room, matrix, names, peak, scratch, signals_leave_nothing_behind,
    stridewise, text,
};

fn windows(folder: &Path, side: u64, extra: &[&str]) -> Command {
    let mut command = stridewise(folder);
    let shape = format!("{side},{side}");
    command.args(["windows", "a.raw", "--dtype", "f8", "--shape", &shape, "-o", "b.npy"]);
    command.args(extra);
    command
}

#[test]
fn memory_stays_within_what_is_allowed() {
    let folder = scratch("windows-memory");
    matrix(&folder, 2048);
    let ways: [&[&str]; 5] = [
        &["--size", "100", "--op", "mean,std"],
        &["--size", "300", "--axis", "0", "--op", "sum,max"],
        &["--size", "9,9", "--op", "var", "--step", "3,1"],
        &["--size", "9,2", "--min-count", "9", "--axis", "0,1", "--op", "min"],
        &["--size", "50", "--min-count", "1", "--axis", "0", "--op", "median"],
    ];
    for way in ways {
        for memory in [8u64, 48] {
            let allowed = format!("{memory}M");
            let extra = [way, &["--force", "--memory", &allowed]].concat();
            let peak = peak(windows(&folder, 2048, &extra));
            assert!(peak > 1024 && peak <= memory * 1024, "{peak} KiB of {memory} MiB: {way:?}");
        }
    }
}

#[test]
fn a_signal_leaves_nothing_behind() {
    let folder = scratch("windows-signal");
    matrix(&folder, 6000);
    let way = ["--size", "100", "--op", "mean,median", "--memory", "16M"];
    signals_leave_nothing_behind(&folder, || windows(&folder, 6000, &way));
}

#[test]
fn a_file_that_may_not_grow_so_large_is_reported_and_removed() {
    let folder = scratch("windows-limit");
    matrix(&folder, 1000);
    let arguments = "windows a.raw --dtype f8 --shape 1000,1000 --size 1 --op max,min -o b.npy";
    is_refused_for_want_of_room(&folder, arguments, "'b.max.npy': it takes 8000128 bytes");
}

#[test]
fn the_source_is_only_read_and_several_operations_share_a_pass() {
    let folder = scratch("windows-source");
    let path = matrix(&folder, 100);
    let before = fs::metadata(&path).expect("there");
    let way = ["--size", "4", "--op", "mean,var:1,quantile:0.9,dot:1,2,1", "--axis", "1"];
    let refused = windows(&folder, 100, &way).output().expect("starts");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused).contains("weights"), "{}", text(&refused));
    assert_eq!(names(&folder), ["a.raw"]);
    let way = ["--size", "3", "--op", "mean,var:1,quantile:0.9,dot:1,2,1", "--axis", "0"];
    assert!(windows(&folder, 100, &way).output().expect("starts").status.success());
    let made = ["b.dot-1-2-1.npy", "b.mean.npy", "b.quantile-0.9.npy", "b.var-1.npy"];
    assert_eq!(names(&folder), [&["a.raw"][..], &made].concat());
    let after = fs::metadata(&path).expect("there");
    assert_eq!(before.modified().expect("known"), after.modified().expect("known"));
    let kept = windows(&folder, 100, &way).output().expect("starts");
    assert_eq!(kept.status.code(), Some(2));
    assert!(text(&kept).contains("help: --force replaces it"), "{}", text(&kept));
}
