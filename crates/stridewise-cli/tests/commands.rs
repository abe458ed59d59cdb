//! What the commands print, to the byte, on a fixed machine; the files in `cmd/` are the cases.
//!
//! `TRYCMD=overwrite cargo test -p stridewise-cli --test commands` rewrites them.

#[test]
fn commands_print_what_their_cases_say() {
    // The documentation names files from the root of the repository.
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    std::env::set_current_dir(root).expect("the repository has a root");
    trycmd::TestCases::new()
        .env("STRIDEWISE_MACHINE", "intel-server")
        .env("CLICOLOR_FORCE", "0")
        .env("NO_COLOR", "1")
        .case("crates/stridewise-cli/tests/cmd/*.trycmd")
        // A pattern, so that its absence is no error.
        .case("README*.md")
        .case("docs/**/*.md");
}
