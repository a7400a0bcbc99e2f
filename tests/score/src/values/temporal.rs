//! Dates and times as ISO text, without what does not count: zeros at the end of a fraction,
//! a zero offset, and the letter between date and time.

/// The text without trailing zeros of the fraction of a second, without an offset of zero, and
/// with a blank between date and time.
pub fn normal_temporal(text: &str) -> String {
    let mut normal = text.trim().to_owned();
    if has_date(normal.as_bytes()) && normal.as_bytes().get(10) == Some(&b'T') {
        normal.replace_range(10..11, " ");
    }
    if normal.contains(':') {
        for offset in ["+00:00", "+00", "-00:00", "-00", "Z"] {
            if let Some(rest) = normal.strip_suffix(offset) {
                normal.truncate(rest.len());
                break;
            }
        }
    }
    let fraction = normal.rfind('.').filter(|&point| {
        normal[point + 1..].bytes().all(|byte| byte.is_ascii_digit())
            && normal[..point].rfind(':').is_some_and(|colon| colon + 3 == point)
    });
    if fraction.is_some() {
        let kept = normal.trim_end_matches('0').trim_end_matches('.').len();
        normal.truncate(kept);
    }
    normal
}

/// True if the text is an ISO date, a time with seconds, or both, with an optional fraction
/// and offset.
pub fn looks_temporal(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !has_date(bytes) {
        return is_time(bytes);
    }
    match bytes.get(10) {
        None => true,
        Some(b' ' | b'T') => is_time(&bytes[11..]),
        Some(_) => false,
    }
}

fn matches_shape(bytes: &[u8], shape: &str) -> bool {
    bytes.len() >= shape.len()
        && bytes.iter().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
            b'9' => byte.is_ascii_digit(),
            other => *byte == other,
        })
}

fn has_date(bytes: &[u8]) -> bool {
    matches_shape(bytes, "9999-99-99")
}

/// `HH:MM:SS`, optionally a fraction, optionally an offset.
fn is_time(bytes: &[u8]) -> bool {
    if !matches_shape(bytes, "99:99:99") {
        return false;
    }
    let mut rest = &bytes[8..];
    if let [b'.', digits @ ..] = rest {
        let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return false;
        }
        rest = &digits[length..];
    }
    match rest {
        [] | b"Z" => true,
        [b'+' | b'-', offset @ ..] => {
            (offset.len() == 2 && matches_shape(offset, "99"))
                || (offset.len() == 5 && matches_shape(offset, "99:99"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_of_a_fraction_and_a_zero_offset_do_not_count() {
        assert_eq!(normal_temporal("2024-01-02 03:04:05.500000"), "2024-01-02 03:04:05.5");
        assert_eq!(normal_temporal("2024-01-02T03:04:05.000+00"), "2024-01-02 03:04:05");
        assert_eq!(normal_temporal("10:20:00.100"), "10:20:00.1");
        assert_eq!(normal_temporal("2024-01-02 03:04:05+02"), "2024-01-02 03:04:05+02");
        assert_eq!(normal_temporal("1 day 02:00:00.50"), "1 day 02:00:00.5");
        assert_eq!(normal_temporal("2024-01-00"), "2024-01-00");
        assert_eq!(normal_temporal("10.50"), "10.50");
    }

    #[test]
    fn only_iso_shapes_look_temporal() {
        for text in ["2024-01-02", "2024-01-02 03:04:05", "03:04:05.25", "2024-01-02T03:04:05Z"] {
            assert!(looks_temporal(text), "{text}");
        }
        for text in ["2024-1-2", "2024-01-02x", "03:04", "03:04:05.", "text", "2024-01-02 +1"] {
            assert!(!looks_temporal(text), "{text}");
        }
    }
}
