//! Tables: what falls short first, then every case with ratios and goals side by side.
//!
//! GB/s count what is read and what is written; ratios are medians over rounds of the ratios
//! within each round. A case such as `copy f8 4096,4096 by 1,0` reads `(4096,4096):(8,32768)+0`.

use std::fmt::Write;

use crate::goal::{Asked, Goal, Grade, Verdict};
use crate::record::{CaseRecord, EntrantRecord, Record};
use crate::rounds::Kind;
use crate::statistics::{geometric_mean, median};

/// One case for the terminal: who took part, then the goals.
pub fn one_case(case: &CaseRecord) -> String {
    let mut text = format!("{}: {}   [{}]\n", case.family, case.name, case.class);
    let floors: Vec<&EntrantRecord> =
        case.entrants.iter().filter(|entrant| entrant.timing.kind == Kind::Floor).collect();
    for entrant in &case.entrants {
        let timing = &entrant.timing;
        let _ = write!(text, "    {:22} {}", timing.name, speed(case, entrant));
        for floor in &floors {
            if let Some(ratio) = case.ratio(&timing.name, &floor.timing.name) {
                let _ = write!(text, "   {ratio:5.2} of {}", floor.timing.name);
            }
        }
        let _ = writeln!(text, "{}", complaint(entrant));
    }
    for verdict in &case.verdicts {
        let _ = writeln!(text, "    {} {}", mark(verdict.grade), sentence(verdict));
    }
    text
}

/// What falls short, the widest gap first, then results that were wrong.
pub fn shortfalls(record: &Record) -> String {
    let mut missed: Vec<(f64, String)> = Vec::new();
    let mut judged = 0;
    for case in &record.cases {
        for verdict in &case.verdicts {
            judged += 1;
            if verdict.grade == Grade::Missed {
                let line = format!("{}: {}: {}", case.family, case.name, sentence(verdict));
                missed.push((verdict.part, line));
            }
        }
    }
    for (family, class, verdict) in record.class_verdicts() {
        judged += 1;
        if verdict.grade == Grade::Missed {
            missed.push((verdict.part, format!("{family}: {class}: {}", sentence(&verdict))));
        }
    }
    missed.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| one.1.cmp(&other.1)));
    let mut text = format!("{} of {judged} goals fall short\n", missed.len());
    for (part, line) in &missed {
        let _ = writeln!(text, "  {:3.0} %  {line}", 100.0 * part);
    }
    for case in &record.cases {
        for entrant in case.entrants.iter().filter(|entrant| !complaint(entrant).is_empty()) {
            let _ = writeln!(
                text,
                "  {}: {}: {}{}",
                case.family,
                case.name,
                entrant.timing.name,
                complaint(entrant)
            );
        }
    }
    text
}

/// Each family against the best peer of each case: how often ours won, where it was slowest, and
/// the geometric mean.
pub fn against_peers(record: &Record) -> String {
    let mut families: Vec<&str> = Vec::new();
    for case in &record.cases {
        if !families.contains(&case.family.as_str()) {
            families.push(&case.family);
        }
    }
    let mut text = String::new();
    for family in families {
        let of_family = record.cases.iter().filter(|case| case.family == family);
        let mut leads: Vec<(f64, &CaseRecord)> =
            of_family.filter_map(|case| Some((case.lead()?, case))).collect();
        leads.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (Some(mean), Some((least, slowest))) =
            (geometric_mean(leads.iter().map(|(lead, _)| *lead)), leads.first())
        else {
            continue;
        };
        let won = leads.iter().filter(|(lead, _)| *lead >= 1.0).count();
        let _ = writeln!(
            text,
            "{family}: ours is the fastest in {won} of {}, in the geometric mean {mean:.2} times as \
             fast as the best peer; at the least {least:.2} ({})",
            leads.len(),
            slowest.name
        );
    }
    text
}

/// Each goal of each class: what was reached in the middle and in the worst case.
pub fn by_class(record: &Record) -> String {
    let mut rows: Vec<(&str, &str, &Goal, Vec<&Verdict>)> = Vec::new();
    for case in &record.cases {
        for verdict in &case.verdicts {
            let row = rows.iter_mut().find(|(family, class, goal, _)| {
                (*family, *class, *goal) == (&case.family, &case.class, &verdict.goal)
            });
            match row {
                Some((.., verdicts)) => verdicts.push(verdict),
                None => rows.push((&case.family, &case.class, &verdict.goal, vec![verdict])),
            }
        }
    }
    let mut text =
        String::from("| family: class | goal | middle | worst | met in |\n|---|---|---|---|---|\n");
    for (family, class, goal, verdicts) in rows {
        let worst = verdicts.iter().min_by(|one, other| one.part.total_cmp(&other.part));
        let middle = median(verdicts.iter().map(|verdict| verdict.reached));
        let (Some(worst), Some(middle)) = (worst, middle) else { continue };
        let met = verdicts.iter().filter(|verdict| verdict.grade != Grade::Missed).count();
        let _ = writeln!(
            text,
            "| {family}: {class} | {goal} | {middle:.2} | {:.2} | {met} of {} |",
            worst.reached,
            verdicts.len()
        );
    }
    for (family, class, verdict) in record.class_verdicts() {
        let met = u8::from(verdict.grade != Grade::Missed);
        let (goal, reached) = (&verdict.goal, verdict.reached);
        let _ = writeln!(text, "| {family}: {class} | {goal} | {reached:.2} | | {met} of 1 |");
    }
    text
}

/// The whole record as a page of tables.
pub fn markdown(record: &Record) -> String {
    let machine = &record.machine;
    let mut text = String::from("# Benchmark results\n\n");
    let _ = writeln!(
        text,
        "{}, {} cores, {}; {} of memory; {}; {}; huge pages {}.\n\n{}.\n",
        machine.cpu,
        machine.cores,
        machine.caches.join(", "),
        human(machine.memory),
        machine.isa,
        machine.system,
        machine.huge_pages,
        record.versions.join(", ")
    );
    text += "GB/s count what is read and what is written. A ratio is the median over the rounds of \
             the ratios within each round; entrants take turns in one run. Goals are in \
             `benches/cases`.\n\n## What falls short\n\n```text\n";
    text += &shortfalls(record);
    text += "```\n\n## Against the best peer\n\n```text\n";
    text += &against_peers(record);
    text += "```\n";
    text += "\n## By class\n\n";
    text += &by_class(record);
    let mut family = "";
    for case in &record.cases {
        if case.family != family {
            family = &case.family;
            let _ = writeln!(
                text,
                "\n## {family}\n\n| case | goals | floors | ours | peers | winner |\n\
                 |---|---|---|---|---|---|"
            );
        }
        let _ = writeln!(
            text,
            "| {}<br>{} | {} | {} | {} | {} | {} |",
            case.name,
            case.class,
            case.verdicts
                .iter()
                .map(|verdict| format!("{} {}", mark(verdict.grade), sentence(verdict)))
                .collect::<Vec<_>>()
                .join("<br>"),
            column(case, Kind::Floor),
            column(case, Kind::Ours),
            column(case, Kind::Peer),
            winner(case),
        );
    }
    text
}

fn column(case: &CaseRecord, kind: Kind) -> String {
    let of_kind = case.entrants.iter().filter(|entrant| entrant.timing.kind == kind);
    let cell = |entrant: &EntrantRecord| {
        format!("{} {}{}", entrant.timing.name, speed(case, entrant).trim(), complaint(entrant))
    };
    of_kind.map(cell).collect::<Vec<_>>().join("<br>")
}

fn winner(case: &CaseRecord) -> String {
    match case.winner() {
        Some((name, Some(lead))) => format!("{name}, {lead:.2} x"),
        Some((name, None)) => name.to_string(),
        None => String::new(),
    }
}

/// GB/s, or the time of what is too small for them.
fn speed(case: &CaseRecord, entrant: &EntrantRecord) -> String {
    match (entrant.median, case.gigabytes(entrant)) {
        (Some(median), Some(gigabytes)) if median >= 10_000.0 => format!("{gigabytes:7.2} GB/s"),
        (Some(median), _) if median >= 1e6 => format!("{:8.2} ms", median / 1e6),
        (Some(median), _) if median >= 10_000.0 => format!("{:8.2} us", median / 1e3),
        (Some(median), _) => format!("{median:8.1} ns"),
        _ => "-".to_string(),
    }
}

fn complaint(entrant: &EntrantRecord) -> String {
    match &entrant.timing.failed {
        Some(why) => format!("   FAILED: {why}"),
        None if !entrant.timing.right => "   WRONG RESULT".to_string(),
        None => String::new(),
    }
}

fn sentence(verdict: &Verdict) -> String {
    let goal = &verdict.goal;
    let (who, reached, must) = (&goal.who, verdict.reached, goal.must);
    let wanted = match goal.aim {
        Some(aim) => format!("{must}, aim {aim}"),
        None => must.to_string(),
    };
    match &goal.asked {
        Asked::Ratio(against) => format!("{reached:.2} of {against} ({who}, must {wanted})"),
        Asked::Mean(against) => format!("mean {reached:.2} of {against} ({who}, must {wanted})"),
        Asked::Within(against) => format!("{reached:.0} ns over {against} ({who}, must {wanted})"),
        Asked::Below => format!("{reached:.1} ns ({who}, must {wanted})"),
    }
}

fn mark(grade: Grade) -> &'static str {
    match grade {
        Grade::Missed => "✗",
        Grade::Must => "✓",
        Grade::Aim => "★",
    }
}

fn human(bytes: u64) -> String {
    format!("{} GiB", bytes.div_ceil(1 << 30))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::parse_family;
    use crate::rounds::Timing;

    #[test]
    fn what_falls_short_comes_first_and_wrong_peers_are_named() {
        let text = "class c\ngoal ours / floor 0.5\ncopy f8 200\ncopy f8 300";
        let mut record = Record::default();
        for (case, time) in parse_family("f", text).unwrap().iter().zip([4.0, 8.0]) {
            let timing = |name: &str, kind, time, right| Timing {
                name: name.to_string(),
                kind,
                nanoseconds: vec![time],
                right,
                checksum: 0,
                failed: None,
            };
            let timings = vec![
                timing("floor", Kind::Floor, 1.0, true),
                timing("ours", Kind::Ours, time, true),
                timing("peer", Kind::Peer, 1.0, false),
            ];
            record.put(CaseRecord::new(case, timings, 0, 2 * case.bytes()));
        }
        assert_eq!(
            shortfalls(&record),
            "2 of 2 goals fall short\n\
             \x20  25 %  f: copy f8 300: 0.12 of floor (ours, must 0.5)\n\
             \x20  50 %  f: copy f8 200: 0.25 of floor (ours, must 0.5)\n\
             \x20 f: copy f8 200: peer   WRONG RESULT\n\
             \x20 f: copy f8 300: peer   WRONG RESULT\n"
        );
        let page = markdown(&record);
        let place = |what: &str| page.find(what).unwrap();
        assert!(place("What falls short") < place("## f\n"));
        let row = "| f: c | ours / floor >= 0.5 | 0.19 | 0.12 | 0 of 2 |";
        assert!(by_class(&record).contains(row), "{}", by_class(&record));
        assert_eq!(against_peers(&record), ""); // a wrong peer is no peer
        for case in &mut record.cases {
            case.entrants[2].timing.right = true;
        }
        assert_eq!(
            against_peers(&record),
            "f: ours is the fastest in 0 of 2, in the geometric mean 0.18 times as fast as the best \
             peer; at the least 0.12 (copy f8 300)\n"
        );
        assert!(one_case(&record.cases[0]).contains("✗ 0.25 of floor"));
    }
}
