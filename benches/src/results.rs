//! Results: one record a day and machine, written after every case.
//!
//! A run that is cut off leaves what it measured, and the next one adds to it; `(4096,4096)` of
//! one family stays when another family is measured again.

use std::path::PathBuf;

use stridewise_harness::{Case, CaseRecord, Record, markdown};

use crate::arguments::{Arguments, FAMILIES, all_cases, folder};
use crate::here;
use crate::python::Worker;

/// Where results go, if anywhere.
pub struct Results {
    path: Option<PathBuf>,
    record: Record,
    cases: Vec<Case>,
    date: String,
    commit: String,
}

impl Results {
    /// Today's record of this machine.
    pub fn open(arguments: &Arguments) -> Result<Results, String> {
        let (machine, date) = (here::machine(), here::date());
        let name = format!("{date}-{}.json", here::slug(&machine.cpu));
        let path = arguments.save.then(|| folder().join("results").join(name));
        let old = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        let mut record = match old {
            Some(text) => Record::parse(&text).map_err(|error| format!("old results: {error}"))?,
            None => Record::default(),
        };
        record.machine = machine;
        let cases = all_cases(FAMILIES.into_iter())?;
        Ok(Results { path, record, cases, date, commit: here::commit() })
    }

    /// Whether the case has been measured.
    pub fn has(&self, case: &Case) -> bool {
        let same = |old: &CaseRecord| old.family == case.family && old.name == case.name();
        self.record.cases.iter().any(same)
    }

    /// Keeps a case and writes all of them.
    pub fn put(&mut self, case: &CaseRecord, worker: Option<&Worker>) -> Result<(), String> {
        let Some(path) = &self.path else { return Ok(()) };
        let mut case = case.clone();
        (case.date, case.commit) = (self.date.clone(), self.commit.clone());
        if let Some(worker) = worker {
            self.record.versions = here::versions(worker);
        }
        self.record.put(case);
        self.record.arrange(&self.cases);
        let json = self.record.to_json().map_err(|error| error.to_string())?;
        let write = |ending: &str, text: &str| {
            let path = path.with_extension(ending);
            let beside = path.with_extension("part");
            std::fs::create_dir_all(path.parent().unwrap_or(&path))
                .and_then(|()| std::fs::write(&beside, text))
                .and_then(|()| std::fs::rename(&beside, &path))
                .map_err(|error| format!("{ending}: {error}"))
        };
        write("json", &json)?;
        write("md", &markdown(&self.record))
    }
}
