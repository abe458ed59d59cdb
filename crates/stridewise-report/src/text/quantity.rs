//! Quantities as a person reads them: `960 B`, `1.5 MiB`, `1 item`, `48 B (6 items)`.
//!
//! The stride 48 of `(4,6):(48,8)+0` with 8-byte items reads `48 B (6 items)`; 9 bytes with
//! the same items read `9 B (no whole items)`.

/// `1 item`, `6 items`.
pub fn count(number: impl Into<i128>, noun: &str) -> String {
    let number = number.into();
    let s = if number == 1 || number == -1 { "" } else { "s" };
    format!("{} {noun}{s}", grouped(number))
}

/// As [`count`], of a noun that does not take an `s`: `1 index`, `6 indices`.
pub fn plural(number: impl Into<i128>, one: &str, several: &str) -> String {
    let number = number.into();
    format!("{} {}", grouped(number), if number == 1 { one } else { several })
}

/// Digits in groups of three from 10,000 on: `9999`, `10,000`.
pub fn grouped(number: impl Into<i128>) -> String {
    let number = number.into();
    let digits = number.unsigned_abs().to_string();
    if digits.len() < 5 {
        return number.to_string();
    }
    let mut text = if number < 0 { String::from("-") } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes: exact below 10,000, in a unit with the exact number behind it above.
pub fn bytes(number: i64) -> String {
    match in_unit(number) {
        Some(short) => format!("{short} ({} B)", grouped(number)),
        None => format!("{number} B"),
    }
}

/// Bytes in the largest fitting unit, where a few digits are enough.
pub fn about(number: i64) -> String {
    in_unit(number).unwrap_or_else(|| format!("{number} B"))
}

fn in_unit(number: i64) -> Option<String> {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if number.unsigned_abs() < 10_000 {
        return None;
    }
    let mut value = number as f64 / 1024.0;
    let mut unit = 0;
    while value.abs() >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    Some(format!("{value:.1} {}", UNITS[unit]))
}

/// A share from 0 to 1: `100 %`, `12.5 %`, `0.4 %`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    // Not to be rounded up to all, or down to nothing.
    match percent {
        _ if share >= 1.0 || percent == percent.round() => format!("{percent:.0} %"),
        _ if percent > 99.9 => "99.9 %".to_owned(),
        _ => format!("{percent:.1} %"),
    }
}

/// A stride: bytes, and items where it is a whole number of them.
pub fn stride(bytes: i64, itemsize: i64) -> String {
    format!("{} B ({})", grouped(bytes), items(bytes, itemsize))
}

/// A stride in items, where it is a whole number of them.
pub fn items(bytes: i64, itemsize: i64) -> String {
    if itemsize > 0 && bytes % itemsize == 0 {
        count(bytes / itemsize, "item")
    } else {
        "no whole items".to_owned()
    }
}

/// A tuple as Python writes it: `()`, `(4,)`, `(4, 5)`.
pub fn tuple(values: &[i64]) -> String {
    let inside = values.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    if values.len() == 1 { format!("({inside},)") } else { format!("({inside})") }
}

/// An index as Python writes it behind an array: `[2, 3]`, and `[()]` without axes.
pub fn index(index: &[i64]) -> String {
    let inside = index.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    if index.is_empty() { "[()]".to_owned() } else { format!("[{inside}]") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_naturally() {
        let table = [
            (count(1, "item"), "1 item"),
            (count(0, "item"), "0 items"),
            (count(-1, "item"), "-1 item"),
            (grouped(9_999), "9999"),
            (grouped(-1_234_567), "-1,234,567"),
            (grouped(i64::MIN), "-9,223,372,036,854,775,808"),
            (bytes(960), "960 B"),
            (bytes(1 << 20), "1.0 MiB (1,048,576 B)"),
            (about(i64::MAX), "8.0 EiB"),
            (about((1 << 20) - 1), "1.0 MiB"),
            (stride(48, 8), "48 B (6 items)"),
            (stride(-8, 8), "-8 B (-1 item)"),
            (stride(9, 8), "9 B (no whole items)"),
            (stride(0, 0), "0 B (no whole items)"),
            (percent(1.0), "100 %"),
            (percent(0.125), "12.5 %"),
            (percent(0.99999), "99.9 %"),
            (percent(0.0), "0 %"),
            (tuple(&[]), "()"),
            (tuple(&[4]), "(4,)"),
            (tuple(&[4, -5]), "(4, -5)"),
        ];
        for (text, wanted) in table {
            assert_eq!(text, wanted);
        }
    }
}
