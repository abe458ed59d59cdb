//! Rules: what each finding's code means, for somebody who meets it for the first time.
//!
//! SW201 on `(1024,1024):(8192,8)+0`: the innermost loop should move by 8 bytes, not by 8192.

use serde::Serialize;
use stridewise::{layout, locality};

use super::{Document, enveloped};
use crate::text::{Look, rule_text, rules_text};

/// One rule.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    /// Its stable code.
    pub code: &'static str,
    /// One line that names it.
    pub title: &'static str,
    /// What it means.
    pub text: &'static str,
}

/// All rules, sorted by their codes.
#[derive(Clone, Debug, Serialize)]
pub struct Rules {
    /// The rules.
    pub rules: Vec<Rule>,
}

impl Rules {
    /// Every rule that there is.
    pub fn all() -> Rules {
        let layouts = layout::FindingCode::ALL.into_iter().map(|code| Rule {
            code: code.as_str(),
            title: code.title(),
            text: code.rule(),
        });
        let loops = locality::FindingCode::ALL.into_iter().map(|code| Rule {
            code: code.as_str(),
            title: code.title(),
            text: code.rule(),
        });
        let mut rules: Vec<Rule> = layouts.chain(loops).collect();
        rules.sort_by_key(|rule| rule.code);
        Rules { rules }
    }

    /// The rule of a code, in capitals or not.
    pub fn find(self, code: &str) -> Option<Rule> {
        self.rules.into_iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
    }
}

impl Document for Rule {
    fn to_json(&self) -> String {
        enveloped("rule", self)
    }

    fn to_text(&self, look: Look) -> String {
        rule_text(self, look)
    }
}

impl Document for Rules {
    fn to_json(&self) -> String {
        enveloped("rules", self)
    }

    fn to_text(&self, look: Look) -> String {
        rules_text(self, look)
    }
}
