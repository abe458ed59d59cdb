//! What holds for every command: exit codes, streams, colour, files, odd arguments.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn stridewise(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stridewise"));
    command.args(arguments);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM", "CI"] {
        command.env_remove(variable);
    }
    command.env("STRIDEWISE_MACHINE", "intel-server");
    command
}

fn run(arguments: &[&str]) -> Output {
    stridewise(arguments).output().expect("the command starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// An empty directory of its own for a test.
fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("target/tmp can be written");
    path
}

#[test]
fn answers_go_to_stdout_and_errors_to_stderr() {
    let fine = run(&["trace", "zeros((2,3)).T"]);
    assert_eq!(fine.status.code(), Some(0));
    assert!(!fine.stdout.is_empty() && fine.stderr.is_empty());

    for arguments in
        [&["trace", "zeros((2,3)).t"][..], &["trac"], &[], &["offset", "zeros(2)", "2"]]
    {
        for json in [&[][..], &["--json"]] {
            let failed = run(&[arguments, json].concat());
            assert_eq!(failed.status.code(), Some(2), "{arguments:?}");
            assert!(failed.stdout.is_empty() && !failed.stderr.is_empty(), "{arguments:?}");
        }
    }
}

#[test]
fn errors_are_one_json_document_where_json_is_asked_for() {
    for arguments in [
        &["--json", "trace", "zeros((2,3)"][..],
        &["trace", "--json"],
        &["trac", "--json"],
        &["--json"],
        &["machine", "--machine", "vax", "--json"],
    ] {
        let failed = run(arguments);
        let document: serde_json::Value =
            serde_json::from_slice(&failed.stderr).unwrap_or_else(|e| panic!("{arguments:?}: {e}"));
        assert_eq!(document["schema"], 1);
        assert_eq!(document["kind"], "error");
        for field in ["code", "text"] {
            assert!(document[field].as_str().is_some_and(|text| !text.is_empty()), "{arguments:?}");
        }
        assert!(document.get("help").is_some() && document.get("span").is_some());
    }
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let escapes = |command: &mut Command| {
        let output = command.output().expect("the command starts");
        (output.stdout.contains(&0x1b), output.stderr.contains(&0x1b))
    };
    let good = ["inspect", "zeros((2,3))"];
    let bad = ["inspect", "zeros((2,3"];
    assert_eq!(escapes(&mut stridewise(&good)), (false, false));
    assert_eq!(escapes(stridewise(&good).env("CLICOLOR_FORCE", "1")), (true, false));
    assert_eq!(escapes(stridewise(&bad).env("CLICOLOR_FORCE", "1")), (false, true));
    let both =
        |command: &mut Command| escapes(command.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));
    assert_eq!(both(&mut stridewise(&good)), (false, false));
    assert_eq!(
        escapes(stridewise(&good).arg("--color=always").env("NO_COLOR", "1")),
        (true, false)
    );
    assert_eq!(
        escapes(stridewise(&good).args(["--color", "never"]).env("CLICOLOR_FORCE", "1")),
        (false, false)
    );
    assert_eq!(escapes(stridewise(&good).args(["--json", "--color", "always"])), (false, false));
    let help = stridewise(&["--help"]).env("CLICOLOR_FORCE", "1").output().expect("starts");
    assert!(help.stdout.contains(&0x1b));
}

#[test]
fn ascii_is_seven_bits_and_says_the_same() {
    for arguments in [
        &["inspect", "zeros((40,40)).T"][..],
        &["inspect", "zeros((4,4), 'u1')"],
        &["trace", "zeros((2,3)).T"],
        &["offset", "zeros((2,3))", "1,2"],
        &["offset", "zeros((2,3))", "--byte", "9"],
        &["machine"],
    ] {
        let output = run(&[arguments, &["--ascii"]].concat());
        assert!(output.stdout.is_ascii() && output.status.success(), "{arguments:?}");
        let unicode = text(&run(arguments).stdout);
        assert_eq!(text(&output.stdout).lines().count(), unicode.lines().count(), "{arguments:?}");
    }
}

#[test]
fn lines_of_a_pipe_have_at_most_80_columns() {
    for arguments in [
        &["inspect", "zeros((40,40)).T"][..],
        &["inspect", "zeros((1000,1000,3), 'u1')"],
        &["inspect", "zeros((2,3,4,5,6))"],
        &["trace", "zeros((2,3)).T"],
        &["offset", "zeros((2,3))", "1,2"],
        &["machine"],
        &["--help"],
        &["offset", "--help"],
    ] {
        let output = text(&run(arguments).stdout);
        for line in output.lines() {
            assert!(line.chars().count() <= 80, "{arguments:?}: {line}");
            assert_eq!(line, line.trim_end(), "{arguments:?}");
        }
    }
}

#[test]
fn files_are_written_whole_and_never_replaced_unasked() {
    let folder = scratch("pictures");
    let picture = folder.join("a.svg");
    let path = picture.to_str().expect("the path is UTF-8");
    let draw =
        |extra: &[&str]| run(&[&["inspect", "zeros((2,3))", "--svg", path][..], extra].concat());

    assert_eq!(draw(&[]).status.code(), Some(0));
    assert!(fs::read_to_string(&picture).expect("written").starts_with("<svg "));
    fs::write(&picture, "mine").expect("writable");
    let refused = draw(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty() && text(&refused.stderr).contains("--force"));
    assert_eq!(fs::read_to_string(&picture).expect("there"), "mine");
    assert_eq!(draw(&["--force"]).status.code(), Some(0));
    assert!(fs::read_to_string(&picture).expect("written").starts_with("<svg "));

    let left: Vec<_> = fs::read_dir(&folder).expect("there").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    for target in [folder.to_str().expect("UTF-8"), "/nonexistent/a.svg", ""] {
        let failed = run(&["inspect", "zeros(3)", "--force", "--svg", target]);
        assert_eq!(failed.status.code(), Some(2), "{target}");
    }
    let piped = run(&["inspect", "zeros(3)", "--svg", "-"]);
    assert!(text(&piped.stdout).starts_with("<svg ") && text(&piped.stdout).ends_with("</svg>\n"));
}

#[test]
fn a_closed_pipe_is_silent() {
    let mut child = stridewise(&["inspect", "zeros((40,40))"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stdout.take());
    let mut complaint = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut complaint).expect("UTF-8");
    assert_eq!(complaint, "");
    assert_eq!(child.wait().expect("ends").code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = stridewise(&["inspect", "zeros(3)"]).stdout(full).output().expect("starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot write"));
}

#[cfg(unix)]
#[test]
fn arguments_that_are_not_utf8_are_refused_politely() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let odd = OsStr::from_bytes(b"ze\xffros(3)");
    for before in [&["inspect"][..], &["trace", "--let"], &["inspect", "zeros(3)"], &["man"], &[]] {
        let output = stridewise(before).arg(odd).output().expect("starts");
        assert_eq!(output.status.code(), Some(2), "{before:?}");
        assert!(!text(&output.stderr).contains("panicked"), "{before:?}");
        assert!(output.stdout.is_empty(), "{before:?}");
    }
}

#[test]
fn completions_and_manual_pages_exist_for_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = text(&run(&["completions", shell]).stdout);
        assert!(script.contains("inspect") && script.contains("no-copy"), "{shell}");
    }
    for command in ["inspect", "offset", "trace", "machine"] {
        let page = text(&run(&["man", command]).stdout);
        assert!(page.contains(".TH") && page.to_lowercase().contains("example"), "{command}");
    }
    assert!(text(&run(&["man"]).stdout).contains("stridewise"));
}

#[test]
fn a_picture_is_well_formed_without_script_and_small() {
    let shapes =
        ["zeros(())", "zeros((3,4,5)).T", "zeros((1000000,1000000), 'u1')", "zeros((0,4))"];
    for source in shapes {
        let picture = run(&["inspect", source, "--svg", "-"]);
        let picture = text(&picture.stdout);
        assert!(picture.len() < 100_000, "{source}: {} bytes", picture.len());
        for part in ["<title>", "<desc>", "prefers-color-scheme:dark", "viewBox"] {
            assert!(picture.contains(part), "{source}: {part}");
        }
        assert!(!picture.contains("<script") && !picture.contains("NaN"), "{source}");
        let opened = picture.matches('<').count();
        assert_eq!(opened, picture.matches('>').count(), "{source}");
    }
}

#[test]
fn a_huge_sparse_file_opens_at_once() {
    let file = scratch("sparse").join("huge.bin");
    let made = fs::File::create(&file).expect("writable");
    made.set_len(100 << 30).expect("a sparse file");
    let path = file.to_str().expect("UTF-8");
    let output = run(&["inspect", path, "--dtype", "f8", "--shape=-1,1024", "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["layout"]["shape"], serde_json::json!([13_107_200, 1024]));
    assert_eq!(document["layout"]["buffer_bytes"], 100i64 << 30);
}

#[test]
fn a_zarr_folder_shows_its_chunks() {
    let folder = scratch("zarr");
    let metadata = r#"{"zarr_format": 2, "shape": [10, 20], "chunks": [4, 5], "dtype": "<f4",
        "order": "F", "fill_value": 0, "compressor": null, "filters": null}"#;
    fs::write(folder.join(".zarray"), metadata).expect("writable");
    let path = folder.to_str().expect("UTF-8");
    let card = text(&run(&["inspect", path]).stdout);
    assert!(card.contains("zarr array of shape (10, 20) in chunks (4, 5)"), "{card}");
    let output = run(&["inspect", path, "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["layout"]["notation"], "(4,5):(4,16)+0");
    assert_eq!(document["file"]["chunked"]["grid"], serde_json::json!([3, 4]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_need_not_be_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let file = scratch("names").join(OsStr::from_bytes(b"ele\xffvation.npy"));
    let original = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/elevation.npy");
    fs::copy(original, &file).expect("readable and writable");
    let output = stridewise(&["inspect"]).arg(&file).arg(".T").output().expect("starts");
    assert!(text(&output.stdout).contains("(403, 344)"));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    for path in ["/dev/null", "/", "/dev/null/a.npy"] {
        let output = run(&["inspect", path]);
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{path}");
    }
}

#[test]
fn findings_decide_the_exit_code() {
    let exit = |arguments: &[&str]| run(arguments).status.code();
    let copies = "zeros((2,3)).T.reshape(-1)";
    assert_eq!(exit(&["trace", copies]), Some(0));
    assert_eq!(exit(&["trace", "--no-copy", copies]), Some(1));
    assert_eq!(exit(&["trace", "--no-copy", "zeros((2,3)).reshape(-1)"]), Some(0));
    assert_eq!(exit(&["overlap", "--let", "a=zeros(4)", "a[::2]", "a[1::2]"]), Some(0));
    assert_eq!(exit(&["overlap", "--let", "a=zeros(4)", "a[::2]", "a[1:]"]), Some(1));
    assert_eq!(exit(&["inspect", "zeros((4,1024))[:, 0]"]), Some(0));
    assert_eq!(exit(&["inspect", "--lint", "zeros((4,1024))[:, 0]"]), Some(1));
    assert_eq!(exit(&["inspect", "--lint", "zeros((4,1000))"]), Some(0));
    assert_eq!(exit(&["blas", "zeros((4,6))[:, ::2]"]), Some(0));
    assert_eq!(exit(&["blas", "--no-copy", "zeros((4,6))[:, ::2]"]), Some(1));
    assert_eq!(exit(&["blas", "--no-copy", "zeros((4,6))[:, 1:]"]), Some(0));
}

#[test]
fn names_stand_for_one_buffer_and_constructors_for_their_own() {
    let shares = |arguments: &[&str]| {
        let output = run(&[&["overlap", "--json"], arguments].concat());
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        document["shares"].as_bool()
    };
    assert_eq!(shares(&["--let", "a=zeros(4)", "a", "a.T"]), Some(true));
    assert_eq!(shares(&["--let", "a=zeros(4)", "--let", "b=a[1:]", "a", "b"]), Some(true));
    assert_eq!(shares(&["--let", "a=zeros(4)", "--let", "b=zeros(4)", "a", "b"]), Some(false));
    assert_eq!(shares(&["--let", "a=zeros(4)", "a", "a.copy()"]), Some(false));
    assert_eq!(shares(&["zeros(4)", "zeros(4)"]), Some(false));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/elevation.npy");
    let named = format!("dem={file}");
    assert_eq!(shares(&["--let", &named, "dem[::2]", file]), Some(true));
}
