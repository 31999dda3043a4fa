//! Quantities of Kubernetes: `500m`, `1Gi`, `1e3`.

/// Thousandths of the unit; None if the text is no quantity or too large to count.
pub fn milli(text: &str) -> Option<i64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-')).unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let factor = match &text[end..] {
        "" => 1e3,
        "n" => 1e-6,
        "u" => 1e-3,
        "m" => 1.0,
        "k" => 1e6,
        "M" => 1e9,
        "G" => 1e12,
        "T" => 1e15,
        "P" => 1e18,
        "Ki" => 1024.0 * 1e3,
        "Mi" => 1024_f64.powi(2) * 1e3,
        "Gi" => 1024_f64.powi(3) * 1e3,
        "Ti" => 1024_f64.powi(4) * 1e3,
        "Pi" => 1024_f64.powi(5) * 1e3,
        exponent => {
            let power: i32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            10_f64.powi(power) * 1e3
        }
    };
    // Kubernetes rounds up to the next thousandth.
    let milli = (number * factor).ceil();
    (milli.is_finite() && milli.abs() < 9e18).then_some(milli as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_in_every_notation() {
        for (text, expected) in [
            ("500m", Some(500)),
            ("1", Some(1000)),
            ("0.1", Some(100)),
            ("128Mi", Some(134_217_728_000)),
            ("1G", Some(1_000_000_000_000)),
            ("1e3", Some(1_000_000)),
            ("2E", None),
            ("1Zi", None),
            ("lots", None),
            ("", None),
        ] {
            assert_eq!(milli(text), expected, "{text}");
        }
    }
}
