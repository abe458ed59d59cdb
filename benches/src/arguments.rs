//! Arguments: which families, which of their cases, how many rounds, who takes part.
//!
//! Without a family all of them run. `copies --only "f8 4096"` runs `(4096,4096):(8,32768)+0`.

use std::path::{Path, PathBuf};

use stridewise_harness::{Case, Rounds, read_family};

/// Every family, in the order of the results.
pub const FAMILIES: [&str; 10] = [
    "copies",
    "tiny",
    "fresh",
    "consume",
    "threads",
    "ttc",
    "strided",
    "reductions",
    "layouts",
    "windows",
];

/// What the command line says.
pub struct Arguments {
    families: Vec<String>,
    only: Vec<String>,
    quick: bool,
    /// How turns are taken.
    pub rounds: Rounds,
    /// Whether peers take part.
    pub peers: bool,
    /// Whether our own variants take part: instruction sets, ways to store.
    pub columns: bool,
    /// Whether results are written.
    pub save: bool,
    /// Whether cases that the results have already are left out.
    pub missing: bool,
    /// No case begins after so many seconds.
    pub seconds: Option<u64>,
    /// Whether the cases are only to be shown.
    pub list: bool,
}

impl Arguments {
    /// Reads the words of the command line.
    pub fn read(words: impl Iterator<Item = String>) -> Result<Arguments, String> {
        let mut arguments = Arguments {
            families: Vec::new(),
            only: Vec::new(),
            quick: false,
            rounds: Rounds::default(),
            peers: false,
            columns: false,
            save: false,
            missing: false,
            seconds: None,
            list: false,
        };
        let mut rounds = None;
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} wants a value"));
            let number = |text: String| text.parse::<u32>().map_err(|error| error.to_string());
            match word.as_str() {
                "--only" => arguments.only.push(value()?),
                "--rounds" => rounds = Some(number(value()?)?),
                "--seconds" => arguments.seconds = Some(u64::from(number(value()?)?)),
                "--peers" => arguments.peers = true,
                "--columns" => arguments.columns = true,
                "--quick" => arguments.quick = true,
                "--save" => arguments.save = true,
                "--missing" => arguments.missing = true,
                "--list" => arguments.list = true,
                family if FAMILIES.contains(&family) => arguments.families.push(word),
                _ => return Err(format!("`{word}` is neither an option nor one of {FAMILIES:?}")),
            }
        }
        arguments.rounds.rounds = rounds.unwrap_or(if arguments.quick { 3 } else { 7 });
        Ok(arguments)
    }

    /// The chosen cases.
    pub fn cases(&self) -> Result<Vec<Case>, String> {
        let chosen = |family: &&str| {
            self.families.is_empty() || self.families.iter().any(|asked| asked == family)
        };
        let mut cases = all_cases(FAMILIES.into_iter().filter(chosen))?;
        cases.retain(|case| {
            let text = case.to_string();
            (!self.quick || case.quick) && self.only.iter().all(|only| text.contains(only))
        });
        Ok(cases)
    }
}

/// The folder of this workspace.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The cases of some families.
pub fn all_cases<'a>(families: impl Iterator<Item = &'a str>) -> Result<Vec<Case>, String> {
    let read = |family| read_family(&folder().join("cases"), family);
    let cases: Result<Vec<Vec<Case>>, _> = families.map(read).collect();
    cases.map(|cases| cases.concat()).map_err(|error| error.to_string())
}
