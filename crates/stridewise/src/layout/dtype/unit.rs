//! The units of datetimes and timedeltas: `[ns]`, `[25s]`, `[D/24]`.
//!
//! `M8[D/24]` counts hours: a divided unit is rewritten as a multiple of a smaller one that
//! divides it evenly, trying NumPy's candidates in NumPy's order.

use super::parse;

/// Reads what stands between the brackets: `25s`, `D/24`, `generic`. The answer is the unit as
/// NumPy prints it, empty for generic; an error is what NumPy says of it.
pub(super) fn read(inside: &str) -> Result<String, String> {
    let unsigned = parse::after_sign(inside);
    let digits = unsigned.len() - unsigned.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let count = match &unsigned[..digits] {
        "" => 1,
        digits => digits.parse::<i32>().map_err(|_| invalid(inside))?,
    };
    let rest = if digits > 0 { &unsigned[digits..] } else { inside };
    let (name, divisor) = rest.split_once('/').map_or((rest, None), |(n, d)| (n, Some(d)));
    let unit = unit_named(name).ok_or_else(|| {
        if name.is_empty() {
            invalid(inside)
        } else {
            format!("Invalid datetime unit in metadata string \"[{inside}]\"")
        }
    })?;
    let (count, unit) = match divisor {
        None => (count, unit),
        Some(divisor) => {
            let divisor = parse::decimal(divisor).and_then(|divisor| divisor.try_into().ok());
            let divisor = divisor.filter(|&divisor| divisor > 0);
            divided(count, unit, divisor.ok_or_else(|| invalid(inside))?, inside)?
        }
    };
    Ok(match (unit, count) {
        ("generic", _) => String::new(),
        (unit, 1) => unit.to_string(),
        (unit, count) => format!("{count}{unit}"),
    })
}

fn invalid(inside: &str) -> String {
    format!("Invalid datetime metadata string \"[{inside}]\"")
}

fn unit_named(name: &str) -> Option<&'static str> {
    const UNITS: [&str; 14] =
        ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "generic"];
    if name == "μs" {
        return Some("us");
    }
    UNITS.into_iter().find(|&unit| unit == name)
}

/// A unit split into `divisor` equal parts, as a multiple of a smaller unit.
fn divided(
    count: i32,
    unit: &'static str,
    divisor: i32,
    inside: &str,
) -> Result<(i32, &'static str), String> {
    let smaller: &[(i32, &'static str)] = match unit {
        "Y" => &[(12, "M"), (52, "W"), (365, "D")],
        "M" => &[(4, "W"), (30, "D"), (720, "h")],
        "W" => &[(7, "D"), (168, "h"), (10080, "m")],
        "D" => &[(24, "h"), (1440, "m"), (86400, "s")],
        "h" => &[(60, "m"), (3600, "s")],
        "m" => &[(60, "s"), (60000, "ms")],
        "s" => &[(1000, "ms"), (1_000_000, "us")],
        "ms" => &[(1000, "us"), (1_000_000, "ns")],
        "us" => &[(1000, "ns"), (1_000_000, "ps")],
        "ns" => &[(1000, "ps"), (1_000_000, "fs")],
        "ps" => &[(1000, "fs"), (1_000_000, "as")],
        "fs" => &[(1000, "as")],
        _ => &[],
    };
    if divisor == 1 {
        return Ok((count, unit));
    }
    let found = smaller.iter().find(|(parts, _)| parts % divisor == 0);
    let &(parts, smaller) = found.ok_or_else(|| {
        format!(
            "divisor ({divisor}) is not a multiple of a lower-unit in datetime metadata \
             \"[{inside}]\""
        )
    })?;
    let count = count.checked_mul(parts / divisor).ok_or_else(|| invalid(inside))?;
    Ok((count, smaller))
}

/// Units from the longest to the shortest, and how many of the next each one has; a month has no
/// fixed number of weeks.
const LADDER: [(&str, i64); 13] = [
    ("Y", 12),
    ("M", 0),
    ("W", 7),
    ("D", 24),
    ("h", 60),
    ("m", 60),
    ("s", 1000),
    ("ms", 1000),
    ("us", 1000),
    ("ns", 1000),
    ("ps", 1000),
    ("fs", 1000),
    ("as", 0),
];

/// The longest unit of which both are multiples. Of a month and a week there is none, but where
/// dates are counted, NumPy takes the shorter of the two.
pub(super) fn common(one: &str, two: &str, dates: bool) -> Option<String> {
    let (one, two) = (rung(one)?, rung(two)?);
    let (long, short) = if one.0 <= two.0 { (one, two) } else { (two, one) };
    let steps = &LADDER[long.0..short.0];
    let count = if steps.iter().any(|(_, parts)| *parts == 0) {
        dates.then_some(short.1)?
    } else {
        let parts = steps.iter().try_fold(long.1, |count, (_, parts)| count.checked_mul(*parts))?;
        greatest_common_divisor(parts, short.1)
    };
    let (unit, count) = (LADDER[short.0].0, i32::try_from(count).ok()?);
    Some(if count == 1 { unit.to_string() } else { format!("{count}{unit}") })
}

/// Where `25s` stands on the ladder, and its count.
fn rung(unit: &str) -> Option<(usize, i64)> {
    let digits = unit.trim_end_matches(|c: char| !c.is_ascii_digit());
    let count = if digits.is_empty() { 1 } else { digits.parse().ok()? };
    let name = &unit[digits.len()..];
    Some((LADDER.iter().position(|(known, _)| *known == name)?, count))
}

fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
